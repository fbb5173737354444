import type { FailureHints } from '../../domain/preset.ts';
import type { Failure, TransportCause } from '../../domain/failure.ts';
import type { HttpHeaders } from '../../lib/http-headers.ts';
import { isObject, objectAt, parseJson, type JsonObject } from '../../lib/json-reading.ts';
import { BlockedAddressError } from './connect-guard.ts';
import { readRetryAt, readWindowEnd } from './retry-after.ts';

/** Text of an error body that is looked through for a vendor's signs. */
const MOST_BODY_BYTES = 64 * 1024;

/** What an error answer of an upstream means. The only reader of upstream status codes. */
export function classifyAnswer(status: number, headers: HttpHeaders, body: Buffer, hints: Required<FailureHints>, nowMs: number): Failure {
  const text = body.toString('utf8', 0, MOST_BODY_BYTES);
  const json = errorDocument(text);
  const lower = text.toLowerCase();
  const says = (signs: readonly string[]): boolean => signs.some((sign) => lower.includes(sign.toLowerCase()));
  const retryAtMs = readRetryAt(headers, json, nowMs);
  const named = retryAtMs === undefined ? {} : { retryAtMs };
  if (status === 429) {
    if (says(hints.outOfQuota))
      return { kind: 'out-of-quota', scope: 'key', status, reason: 'the upstream says that the quota or the credit is used up', ...named };
    const scope = says(hints.accountWide) ? 'key' : 'key-model';
    const windowEndMs = retryAtMs ?? readWindowEnd(headers, nowMs);
    return {
      kind: 'rate-limited',
      scope,
      status,
      reason: 'the upstream answered 429',
      ...(windowEndMs === undefined ? {} : { retryAtMs: windowEndMs }),
    };
  }
  if (status === 402) return { kind: 'out-of-quota', scope: 'key', status, reason: 'the upstream answered 402', ...named };
  if (status === 401) return { kind: 'auth-rejected', scope: 'key', status, reason: 'the upstream rejected the key with 401' };
  if (status === 403) {
    if (says(hints.outOfQuota))
      return { kind: 'out-of-quota', scope: 'key', status, reason: 'the upstream says that the credit is used up', ...named };
    const scope = says(hints.modelForbidden) ? 'key-model' : 'key';
    return {
      kind: 'auth-rejected',
      scope,
      status,
      reason: scope === 'key' ? 'the upstream rejected the key with 403' : 'the upstream says that the key may not use the model',
    };
  }
  if (status === 400 && saysOfItself(json, hints.keyRejected))
    return { kind: 'auth-rejected', scope: 'key', status, reason: 'the upstream says that the key is not valid' };
  if (status === 400 && saysOfItself(json, hints.outOfQuota))
    return { kind: 'out-of-quota', scope: 'key', status, reason: 'the upstream says that the credit is used up', ...named };
  if (status === 404 && says(hints.modelMissing))
    return { kind: 'model-missing', scope: 'key-model', status, reason: 'the upstream does not have the model' };
  if (status === 503 || status === 529)
    return { kind: 'overloaded', scope: 'provider-model', status, reason: `the upstream answered ${status}`, ...named };
  if (status >= 500) return { kind: 'upstream-error', scope: 'key-model', status, reason: `the upstream answered ${status}`, ...named };
  if (status >= 300 && status < 400)
    return { kind: 'malformed', scope: 'provider-model', status, reason: 'the upstream answered with a redirect', cause: 'redirect' };
  return { kind: 'client-fault', scope: 'none', status, reason: `the upstream answered ${status}` };
}

/**
 * Whether an error names one of the signs as its own code, or begins its message with it. A 400 may quote the client's request, and nobody's
 * text may make a key rest.
 */
function saysOfItself(json: JsonObject | null, signs: readonly string[]): boolean {
  if (json === null) return false;
  const nested = json['error'];
  const error = isObject(nested) ? nested : json;
  const details = Array.isArray(error['details']) ? error['details'].filter(isObject) : [];
  const places = [json, error, objectAt(json, 'base_resp'), ...details];
  const codes = JSON.stringify(
    places.map(({ code, type, status, reason, status_code }) => ({ code, type, status, reason, status_code })),
  ).toLowerCase();
  const message = typeof nested === 'string' ? nested : error['message'];
  const said = typeof message === 'string' ? message.toLowerCase() : '';
  return signs.some((sign) => codes.includes(sign.toLowerCase()) || said.startsWith(sign.toLowerCase()));
}

/** Some vendors wrap the error document of a stream request in a list. */
function errorDocument(text: string): JsonObject | null {
  const parsed = parseJson(text);
  const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  return isObject(first) ? first : null;
}

/** An answer with status 200 that is not one: not the protocol's form, or an error in its place. */
export function malformedAnswer(reason: string): Failure {
  return { kind: 'malformed', scope: 'provider-model', status: 200, reason };
}

/** A call that brought no answer. `sent`: the whole request had gone out. */
export function classifyTransportError(error: Error, sent: boolean): Failure {
  const sign = causeOf(error);
  // A process without free file descriptors cannot connect to anybody: that says nothing of the provider.
  if (OUR_SHORTAGE.has(codeOf(error) ?? '')) {
    return { kind: 'transport', scope: 'none', status: 0, cause: 'other', reason: 'the gateway has no free file descriptor', ambiguous: false };
  }
  const isOfConnecting = sign === 'refused' || sign === 'dns' || sign === 'tls' || sign === 'connect-timeout' || sign === 'blocked-address';
  // What was sent had a connection: the same codes then mean that it broke.
  const cause = isOfConnecting && sent ? 'reset' : sign;
  return {
    kind: 'transport',
    scope: 'provider',
    status: 0,
    cause,
    reason: REASONS[cause],
    ambiguous: sent,
  };
}

/** The first byte of the answer did not come in time. */
export function firstByteTimeout(): Failure {
  return { kind: 'transport', scope: 'provider', status: 0, cause: 'first-byte-timeout', reason: REASONS['first-byte-timeout'], ambiguous: true };
}

const REASONS: Readonly<Record<TransportCause, string>> = {
  refused: 'the connection was refused',
  dns: 'the name could not be resolved',
  tls: 'the TLS handshake failed',
  'connect-timeout': 'no connection within the connect deadline',
  'first-byte-timeout': 'no answer within the first-byte deadline',
  reset: 'the connection broke before an answer',
  'blocked-address': 'the name leads to an address that is not allowed',
  redirect: 'the upstream answered with a redirect',
  other: 'the call failed',
};

const REFUSED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTDOWN']);
const DNS = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NONAME']);
const RESET = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'ECONNABORTED']);

const OUR_SHORTAGE = new Set(['EMFILE', 'ENFILE']);

function causeOf(error: Error): TransportCause {
  if (error instanceof BlockedAddressError) return 'blocked-address';
  const nested = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  const code = codeOf(nested) ?? codeOf(error);
  if (code === undefined) return nested.cause instanceof Error ? causeOf(nested.cause) : 'other';
  if (REFUSED.has(code)) return 'refused';
  if (DNS.has(code)) return 'dns';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'connect-timeout';
  if (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code.includes('CERT') || code === 'EPROTO' || code.startsWith('UNABLE_TO'))
    return 'tls';
  if (code === 'UND_ERR_SOCKET' && nested.cause instanceof Error) return 'reset';
  return RESET.has(code) ? 'reset' : 'other';
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
