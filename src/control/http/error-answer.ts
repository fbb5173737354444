import { SealError } from '../../security/sealing/seal-error.ts';
import { StoreAway } from '../../store/store-away.ts';
import { OperationError } from '../operation-error.ts';
import type { AdminAnswer } from './admin-route.ts';

const RETRY_AFTER_SECONDS = 5;

/** The request that failed, as far as its answer may depend on it. */
export interface FailedRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** How a group of routes tells errors: each older program had its own form. */
export type RenderError = (error: OperationError, request: FailedRequest) => AdminAnswer;

/** The form of Headgate's own API: the envelope that OpenAI's clients know, and the wrong fields. */
export function renderError(error: OperationError): AdminAnswer {
  const { code, message, problems, status } = error;
  const type = status >= 500 ? 'api_error' : status === 401 ? 'authentication_error' : status === 403 ? 'permission_error' : 'invalid_request_error';
  const param = problems[0]?.path ?? null;
  return {
    status,
    headers: errorHeaders(error),
    body: { error: { message, type, param, code, ...(problems.length === 0 ? {} : { problems }) } },
  };
}

export function errorHeaders({ status, retryAfterSeconds }: OperationError): Readonly<Record<string, string>> {
  return {
    ...(status === 401 ? { 'www-authenticate': 'Bearer realm="headgate"' } : {}),
    ...(retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }),
  };
}

/** What an operation threw, as a refusal; null: a defect. */
export function asRefusal(error: unknown): OperationError | null {
  if (error instanceof OperationError) return error;
  if (error instanceof StoreAway)
    return new OperationError('unavailable', 'The database is away or busy; try again in a moment. Requests to models are served meanwhile.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  // Its sentence is for the operator, and holds no secret.
  if (error instanceof SealError) return new OperationError('unavailable', error.message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  if (status === 413) return new OperationError('payload_too_large', 'The body is larger than this route takes.');
  if (status === 415) return new OperationError('unsupported_media_type', 'The body must be JSON with the content type application/json.');
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new OperationError('invalid_request', 'The request cannot be read: its body is no valid JSON.');
  return null;
}
