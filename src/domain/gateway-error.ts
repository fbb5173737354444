/**
 * The closed list of errors that the gateway itself shows to a client. Each code is stable and described in docs/reference/errors.md.
 * `status` is the HTTP status; `kind` picks the error type of the client's protocol.
 */
export const ERROR_CODES = {
  invalid_json: { status: 400, kind: 'invalid-request' },
  invalid_request: { status: 400, kind: 'invalid-request' },
  missing_model: { status: 400, kind: 'invalid-request' },
  invalid_path: { status: 400, kind: 'invalid-request' },
  invalid_headers: { status: 400, kind: 'invalid-request' },
  protocol_not_supported: { status: 400, kind: 'invalid-request' },
  cannot_translate: { status: 400, kind: 'invalid-request' },
  missing_api_key: { status: 401, kind: 'auth' },
  invalid_api_key: { status: 401, kind: 'auth' },
  key_disabled: { status: 403, kind: 'permission' },
  key_expired: { status: 403, kind: 'permission' },
  model_not_allowed: { status: 403, kind: 'permission' },
  address_not_allowed: { status: 403, kind: 'permission' },
  model_not_found: { status: 404, kind: 'not-found' },
  state_not_found: { status: 404, kind: 'not-found' },
  provider_not_found: { status: 404, kind: 'not-found' },
  not_found: { status: 404, kind: 'not-found' },
  method_not_allowed: { status: 405, kind: 'invalid-request' },
  request_timeout: { status: 408, kind: 'timeout' },
  request_too_large: { status: 413, kind: 'too-large' },
  unsupported_content_encoding: { status: 415, kind: 'invalid-request' },
  unsupported_content_type: { status: 415, kind: 'invalid-request' },
  expectation_failed: { status: 417, kind: 'invalid-request' },
  rate_limit_exceeded: { status: 429, kind: 'rate-limit' },
  all_keys_resting: { status: 429, kind: 'rate-limit' },
  headers_too_large: { status: 431, kind: 'invalid-request' },
  internal_error: { status: 500, kind: 'upstream' },
  upstream_unreachable: { status: 502, kind: 'upstream' },
  upstream_malformed: { status: 502, kind: 'upstream' },
  upstream_redirect: { status: 502, kind: 'upstream' },
  upstream_rejected_key: { status: 502, kind: 'upstream' },
  upstream_interrupted: { status: 502, kind: 'upstream' },
  no_available_key: { status: 503, kind: 'overloaded' },
  overloaded: { status: 503, kind: 'overloaded' },
  shutting_down: { status: 503, kind: 'overloaded' },
  upstream_timeout: { status: 504, kind: 'timeout' },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
export type ErrorKind = (typeof ERROR_CODES)[ErrorCode]['kind'];

/** An error that may be shown to a client as it stands: its message never carries secrets, upstream text or addresses. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly kind: ErrorKind;
  /** Whole seconds for `Retry-After`; absent: no such header. */
  readonly retryAfterSeconds: number | undefined;
  /** Value of `Allow`, for 405. */
  readonly allow: string | undefined;
  /** The field at fault, in the client's own spelling. */
  readonly param: string | undefined;

  constructor(code: ErrorCode, message: string, extra: { retryAfterSeconds?: number; allow?: string; param?: string } = {}) {
    super(message);
    this.code = code;
    this.status = ERROR_CODES[code].status;
    this.kind = ERROR_CODES[code].kind;
    this.retryAfterSeconds = extra.retryAfterSeconds;
    this.allow = extra.allow;
    this.param = extra.param;
  }
}
