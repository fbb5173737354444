import type { CanonicalError } from '../../domain/canonical/canonical-error.ts';
import type { ErrorKind } from '../../domain/gateway-error.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import { kindOfStatus } from '../kind-of-status.ts';

const TYPES: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'invalid_request_error',
  auth: 'authentication_error',
  permission: 'permission_error',
  'not-found': 'not_found_error',
  'too-large': 'request_too_large',
  'rate-limit': 'rate_limit_error',
  timeout: 'timeout_error',
  overloaded: 'overloaded_error',
  upstream: 'api_error',
};

/** Anthropic's types, and the status that each comes with (Anthropic API reference, Errors). */
const READ: Readonly<Record<string, { readonly kind: ErrorKind; readonly status: number }>> = {
  invalid_request_error: { kind: 'invalid-request', status: 400 },
  authentication_error: { kind: 'auth', status: 401 },
  billing_error: { kind: 'rate-limit', status: 402 },
  permission_error: { kind: 'permission', status: 403 },
  not_found_error: { kind: 'not-found', status: 404 },
  conflict_error: { kind: 'invalid-request', status: 409 },
  request_too_large: { kind: 'too-large', status: 413 },
  rate_limit_error: { kind: 'rate-limit', status: 429 },
  api_error: { kind: 'upstream', status: 500 },
  timeout_error: { kind: 'timeout', status: 504 },
  overloaded_error: { kind: 'overloaded', status: 529 },
};

/** `{"type":"error","error":{type,message},"request_id"}`; a code stands in `details`, where the API keeps its own. */
export function messageErrorBody(error: CanonicalError, requestId: string): string {
  const code = error.code === '' ? { details: null } : { code: error.code, details: { error_code: error.code } };
  return JSON.stringify({ type: 'error', error: { type: TYPES[error.kind], message: error.message, ...code }, request_id: requestId });
}

export function messageErrorEvent(error: CanonicalError, requestId: string): string {
  return `event: error\ndata: ${messageErrorBody(error, requestId)}\n\n`;
}

export function findMessageError(body: JsonObject): JsonObject | null {
  return body['type'] === 'error' || (body['type'] === undefined && isObject(body['error'])) ? (isObject(body['error']) ? body['error'] : {}) : null;
}

/** An upstream's error. Its own type says more than the status, which compatible servers choose freely. */
export function decodeMessageError(status: number, body: JsonObject | null): CanonicalError {
  // Clouds put a sentence of their own where the error stands: `{"message":"…"}`.
  const error = body === null ? {} : (findMessageError(body) ?? body);
  const { type, message } = error;
  const known = typeof type === 'string' && Object.hasOwn(READ, type) ? READ[type] : undefined;
  const code = objectAt(error, 'details')['error_code'] ?? error['code'];
  return {
    status,
    kind: known?.kind ?? kindOfStatus(status),
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' && message !== '' ? message : `The upstream answered with status ${status}.`,
  };
}

/** An error inside a stream, which has no status but the one that its type is known by. */
export function decodeMessageErrorEvent(event: JsonObject): CanonicalError {
  const type = objectAt(event, 'error')['type'];
  const known = typeof type === 'string' && Object.hasOwn(READ, type) ? READ[type] : undefined;
  const decoded = decodeMessageError(known?.status ?? 500, event);
  const { message } = objectAt(event, 'error');
  return typeof message === 'string' && message !== '' ? decoded : { ...decoded, message: 'The upstream ended its answer with an error.' };
}
