import type { CanonicalError } from '../domain/canonical/canonical-error.ts';
import type { ErrorKind } from '../domain/gateway-error.ts';
import { isObject, objectAt, type JsonObject } from '../lib/json-reading.ts';
import { tellingStatus } from './kind-of-status.ts';

const TYPES: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'invalid_request_error',
  auth: 'invalid_request_error',
  permission: 'invalid_request_error',
  'not-found': 'invalid_request_error',
  'too-large': 'invalid_request_error',
  'rate-limit': 'rate_limit_error',
  timeout: 'server_error',
  overloaded: 'server_error',
  upstream: 'server_error',
};

/** `{"error":{message,type,param,code}}`: the one error object that all of OpenAI's protocols share. */
export function openaiErrorBody(error: CanonicalError): string {
  return JSON.stringify({
    error: {
      message: error.message,
      type: error.openaiType ?? TYPES[error.kind],
      param: error.param ?? null,
      code: error.code === '' ? null : error.code,
    },
  });
}

/** The error object of a body or event; null when it carries none. Some compatible servers write a bare string. */
export function findOpenaiError(body: JsonObject): JsonObject | null {
  const error = body['error'];
  if (isObject(error)) return error;
  return typeof error === 'string' ? { message: error } : null;
}

/** Words of `type` and `code` that say more than the status does, or that stand in a stream, which has none. */
const BY_WORD: Readonly<Record<string, readonly [kind: ErrorKind, status: number]>> = {
  invalid_request_error: ['invalid-request', 400],
  context_length_exceeded: ['invalid-request', 400],
  invalid_prompt: ['invalid-request', 400],
  authentication_error: ['auth', 401],
  invalid_api_key: ['auth', 401],
  permission_error: ['permission', 403],
  not_found_error: ['not-found', 404],
  model_not_found: ['not-found', 404],
  request_too_large: ['too-large', 413],
  rate_limit_error: ['rate-limit', 429],
  rate_limit_exceeded: ['rate-limit', 429],
  insufficient_quota: ['rate-limit', 429],
  server_error: ['upstream', 500],
  api_error: ['upstream', 500],
  internal_server_error: ['upstream', 500],
  overloaded_error: ['overloaded', 503],
  server_overloaded: ['overloaded', 503],
  service_unavailable: ['overloaded', 503],
  timeout_error: ['timeout', 504],
};

/**
 * An error of an OpenAI-like server. Reads OpenAI's `error` object, a bare string in its place, and the flat `message` or `detail` of compatible
 * servers. `status`: of the answer; one below 400 (an error inside a stream) is replaced by what the error says of itself.
 */
export function decodeOpenaiError(status: number, body: JsonObject | null): CanonicalError {
  const error = body === null ? {} : (findOpenaiError(body) ?? body);
  const type = textAt(error, 'type');
  const code = textAt(error, 'code');
  const worded = (code === '' ? undefined : BY_WORD[code]) ?? (type === '' ? undefined : BY_WORD[type]);
  const told = status >= 400 ? status : (numericStatus(error) ?? worded?.[1] ?? 502);
  const param = textAt(error, 'param');
  return {
    status: told,
    // `invalid_request_error` stands for every fault of the client: then the status says which.
    kind: tellingStatus(told) ?? (told >= 500 ? serverKind(worded?.[0]) : (worded?.[0] ?? 'invalid-request')),
    code,
    message: messageOf(error) ?? `The upstream answered with status ${told} and gave no reason.`,
    ...(type === '' ? {} : { openaiType: type }),
    ...(param === '' ? {} : { param }),
  };
}

function serverKind(worded: ErrorKind | undefined): ErrorKind {
  return worded === 'overloaded' || worded === 'timeout' || worded === 'rate-limit' ? worded : 'upstream';
}

function textAt(from: JsonObject, name: string): string {
  const value = from[name];
  return typeof value === 'string' ? value : '';
}

/** Compatible servers put the HTTP status in `code` or `status`, as a number or as digits. */
function numericStatus(error: JsonObject): number | undefined {
  for (const name of ['status', 'status_code', 'code']) {
    const value = Number(error[name]);
    if (Number.isInteger(value) && value >= 400 && value <= 599) return value;
  }
  return undefined;
}

function messageOf(error: JsonObject): string | undefined {
  for (const name of ['message', 'detail', 'error_msg', 'msg']) {
    const value = error[name];
    if (typeof value === 'string' && value !== '') return value;
    // FastAPI lists what was wrong with each field.
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (isObject(first)) {
      const inner = textAt(first, 'msg') || textAt(first, 'message') || textAt(objectAt(first, 'error'), 'message');
      if (inner !== '') return inner;
    }
  }
  return undefined;
}
