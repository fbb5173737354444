import type { CanonicalError } from '../../domain/canonical/canonical-error.ts';
import type { ErrorKind } from '../../domain/gateway-error.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import { kindOfStatus } from '../kind-of-status.ts';

const STATUSES: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'INVALID_ARGUMENT',
  auth: 'UNAUTHENTICATED',
  permission: 'PERMISSION_DENIED',
  'not-found': 'NOT_FOUND',
  'too-large': 'INVALID_ARGUMENT',
  'rate-limit': 'RESOURCE_EXHAUSTED',
  timeout: 'DEADLINE_EXCEEDED',
  overloaded: 'UNAVAILABLE',
  upstream: 'INTERNAL',
};

const DETAIL = 'type.googleapis.com/google.rpc.';

/** google.rpc.Status in its JSON form; the gateway's own code is an ErrorInfo, which is where Google's clients look for one. */
export function generateErrorBody(error: CanonicalError): string {
  const details = detailsOf(error);
  // Overload is 503 here; Anthropic's 529 is no status of Google's.
  const code = error.kind === 'overloaded' ? 503 : error.status;
  return JSON.stringify({
    error: { code, message: error.message, status: STATUSES[error.kind], ...(details.length > 0 ? { details } : {}) },
  });
}

function detailsOf({ code, retryAfterSeconds, param, message }: CanonicalError): readonly JsonObject[] {
  return [
    ...(code === '' ? [] : [{ '@type': `${DETAIL}ErrorInfo`, reason: code, domain: 'headgate' }]),
    ...(retryAfterSeconds === undefined ? [] : [{ '@type': `${DETAIL}RetryInfo`, retryDelay: `${retryAfterSeconds}s` }]),
    ...(param === undefined ? [] : [{ '@type': `${DETAIL}BadRequest`, fieldViolations: [{ field: param, description: message }] }]),
  ];
}

export function generateErrorEvent(error: CanonicalError): string {
  return `data: ${generateErrorBody(error)}\n\n`;
}

export function findGenerateError(body: JsonObject): JsonObject | null {
  return isObject(body['error']) ? body['error'] : null;
}

/** google.rpc.Code → what it means, and the HTTP status that goes with it. */
const KINDS: ReadonlyMap<string, { readonly kind: ErrorKind; readonly status: number }> = new Map([
  ['INVALID_ARGUMENT', { kind: 'invalid-request', status: 400 }],
  ['FAILED_PRECONDITION', { kind: 'invalid-request', status: 400 }],
  ['OUT_OF_RANGE', { kind: 'invalid-request', status: 400 }],
  ['UNIMPLEMENTED', { kind: 'invalid-request', status: 400 }],
  ['UNAUTHENTICATED', { kind: 'auth', status: 401 }],
  ['PERMISSION_DENIED', { kind: 'permission', status: 403 }],
  ['NOT_FOUND', { kind: 'not-found', status: 404 }],
  ['RESOURCE_EXHAUSTED', { kind: 'rate-limit', status: 429 }],
  ['INTERNAL', { kind: 'upstream', status: 500 }],
  ['UNKNOWN', { kind: 'upstream', status: 500 }],
  ['DATA_LOSS', { kind: 'upstream', status: 500 }],
  ['ABORTED', { kind: 'upstream', status: 500 }],
  ['CANCELLED', { kind: 'upstream', status: 500 }],
  ['UNAVAILABLE', { kind: 'overloaded', status: 503 }],
  ['DEADLINE_EXCEEDED', { kind: 'timeout', status: 504 }],
]);

/** Google tells bad keys as bad requests. */
const KEY_REASONS = new Set(['API_KEY_INVALID', 'API_KEY_EXPIRED', 'API_KEY_NOT_FOUND', 'ACCESS_TOKEN_EXPIRED', 'CREDENTIALS_MISSING']);

/** An upstream's error. `status` is that of the answer; below 400 (an error inside of a stream) the error's own counts. */
export function decodeGenerateError(status: number, body: JsonObject | null): CanonicalError {
  const error = body === null ? null : findGenerateError(body);
  const details: readonly JsonObject[] = error !== null && Array.isArray(error['details']) ? error['details'].filter(isObject) : [];
  const reason = textOf(details, 'reason');
  const word = typeof error?.['status'] === 'string' ? KINDS.get(error['status']) : undefined;
  const told = isErrorStatus(status) ? status : isErrorStatus(error?.['code']) ? error['code'] : (word?.status ?? 500);
  const kind = KEY_REASONS.has(reason) ? 'auth' : told === 413 ? 'too-large' : (word?.kind ?? kindOfStatus(told));
  const message = typeof error?.['message'] === 'string' ? error['message'] : body?.['error'];
  const retryAfterSeconds = retryAfterOf(details);
  const param = fieldOf(details);
  return {
    status: kind === 'auth' && told === 400 ? 401 : told,
    kind,
    code: reason,
    message: typeof message === 'string' && message !== '' ? message : `The provider answered with status ${told}.`,
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
    ...(param === '' ? {} : { param }),
  };
}

function isErrorStatus(status: unknown): status is number {
  return typeof status === 'number' && status >= 400 && status <= 599;
}

function textOf(details: readonly JsonObject[], name: string): string {
  const value = details.find((each) => typeof each[name] === 'string')?.[name];
  return typeof value === 'string' ? value : '';
}

/** `retryDelay` is a duration as protobuf writes it: `34.4s`. */
function retryAfterOf(details: readonly JsonObject[]): number | null {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(textOf(details, 'retryDelay'))?.[1];
  return seconds === undefined ? null : Math.ceil(Number(seconds));
}

function fieldOf(details: readonly JsonObject[]): string {
  const violations = details.flatMap((each): readonly unknown[] => (Array.isArray(each['fieldViolations']) ? each['fieldViolations'] : []));
  return textOf(violations.filter(isObject), 'field');
}
