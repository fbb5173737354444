/** What an operation may refuse, and the HTTP status of each. */
export const OPERATION_STATUS = {
  invalid_request: 400,
  invalid_field: 400,
  unauthorized: 401,
  invalid_credentials: 401,
  second_factor_required: 401,
  forbidden: 403,
  csrf_failed: 403,
  registration_closed: 403,
  not_found: 404,
  already_exists: 409,
  in_use: 409,
  config_read_only: 409,
  secret_required: 409,
  conflict: 409,
  precondition_failed: 412,
  payload_too_large: 413,
  unsupported_media_type: 415,
  too_many_requests: 429,
  internal_error: 500,
  upstream_failed: 502,
  unavailable: 503,
} as const;

export type OperationCode = keyof typeof OPERATION_STATUS;

/** One wrong field. */
export interface FieldProblem {
  /** As `limits.requestsPerMinute`; empty: the whole. */
  readonly path: string;
  /** The end of a sentence that begins with the path. */
  readonly message: string;
}

/** An operation was refused. The message is for whoever asked, and holds no secret. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
  readonly code: OperationCode;
  readonly problems: readonly FieldProblem[];
  /** Whole seconds; null: nothing to wait for. */
  readonly retryAfterSeconds: number | null;

  constructor(code: OperationCode, message: string, more: { readonly problems?: readonly FieldProblem[]; readonly retryAfterSeconds?: number } = {}) {
    super(message);
    this.code = code;
    this.problems = more.problems ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
  }

  get status(): number {
    return OPERATION_STATUS[this.code];
  }
}
