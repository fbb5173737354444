import type { GatewayError } from '../../domain/gateway-error.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import { findOpenaiError, openaiErrorBody } from '../openai-error-shape.ts';

export const responseErrorBody = openaiErrorBody;

/** The published error event: flat, with a sequence number. */
export function responseErrorEvent(error: GatewayError, _requestId: string, nextSequence: number): string {
  const data = JSON.stringify({ type: 'error', code: error.code, message: error.message, param: error.param ?? null, sequence_number: nextSequence });
  return `event: error\ndata: ${data}\n\n`;
}

/** Errors come nested, flat with type `error`, or as a response that failed (with status 200). */
export function findResponseError(body: JsonObject): JsonObject | null {
  if (body['type'] === 'error') return isObject(body['error']) ? body['error'] : body;
  if (body['type'] === 'response.failed') return objectAt(objectAt(body, 'response'), 'error');
  if (body['object'] === 'response') return body['status'] === 'failed' && isObject(body['error']) ? body['error'] : null;
  return body['type'] === undefined ? findOpenaiError(body) : null;
}
