import type { CanonicalError } from '../../domain/canonical/canonical-error.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import type { BrokenStream } from '../wire-protocol.ts';
import { AnswerIds } from './answer-ids.ts';
import { decodeOpenaiError, findOpenaiError, openaiErrorBody } from '../openai-error-shape.ts';

export const responseErrorBody = openaiErrorBody;

/** How a stream that passed and broke off ends: with the error event and the failed response, because clients wait for the one or the other. */
export function brokenResponseEvents(error: CanonicalError, requestId: string, broken: BrokenStream): string {
  const { nextSequence, answerId, publicModel, now } = broken;
  const response = {
    id: answerId ?? new AnswerIds(requestId).response,
    object: 'response',
    created_at: now,
    status: 'failed',
    error: failedError(error),
    incomplete_details: null,
    model: publicModel,
    output: [],
    usage: null,
  };
  const failed = JSON.stringify({ type: 'response.failed', sequence_number: nextSequence + 1, response });
  return `${responseErrorEvent(error, nextSequence)}event: response.failed\ndata: ${failed}\n\n`;
}

/**
 * The error event in both of its forms at once: the published one is flat, OpenAI's servers nest it, and of the official clients some read the one
 * and some the other.
 */
export function responseErrorEvent(error: CanonicalError, nextSequence: number): string {
  const flat = JSON.stringify({ type: 'error', code: error.code || null, message: error.message, param: error.param ?? null });
  return `event: error\ndata: ${flat.slice(0, -1)},"sequence_number":${nextSequence},${openaiErrorBody(error).slice(1)}\n\n`;
}

/** `response.error` of a failed response as JSON text. Its codes are a closed list, from which foreign causes get the nearest. */
export function failedResponseError(error: CanonicalError): string {
  return JSON.stringify(failedError(error));
}

function failedError({ code, kind, message }: CanonicalError): { readonly code: string; readonly message: string } {
  const fallback = kind === 'rate-limit' ? 'rate_limit_exceeded' : kind === 'invalid-request' ? 'invalid_prompt' : 'server_error';
  return { code: code || fallback, message };
}

/** Errors come nested, flat with type `error`, or as a response that failed (with status 200). */
export function findResponseError(body: JsonObject): JsonObject | null {
  if (body['type'] === 'error') return isObject(body['error']) ? body['error'] : body;
  if (body['type'] === 'response.failed') return objectAt(objectAt(body, 'response'), 'error');
  if (body['object'] === 'response') return body['status'] === 'failed' ? objectAt(body, 'error') : null;
  return body['type'] === undefined ? findOpenaiError(body) : null;
}

/** An error of a Responses server: body or event. `status` below 400: what the error says of itself decides. */
export function decodeResponseError(status: number, body: JsonObject | null): CanonicalError {
  const error = body === null ? null : findResponseError(body);
  if (error === null) return decodeOpenaiError(status, body);
  // The flat event's type is the event's, not the error's.
  return decodeOpenaiError(status, { error: error['type'] === 'error' ? { ...error, type: undefined } : error });
}
