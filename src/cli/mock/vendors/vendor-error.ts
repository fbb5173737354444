import type { VendorName } from '../vendor-of-path.ts';

/** What an error body tells beside its status; the vendor's usual sentence when there is no message. */
export interface ErrorDetails {
  readonly message?: string;
  /** Becomes Gemini's RetryInfo. */
  readonly retrySeconds?: number | undefined;
}

/** The error body that the vendor sends with a status. */
export function vendorErrorBody(vendor: VendorName, status: number, details: ErrorDetails): object {
  const { message = sentence(status), retrySeconds } = details;
  if (vendor === 'anthropic') {
    return { type: 'error', error: { type: anthropicType(status), message }, request_id: 'req_mock' };
  }
  if (vendor === 'gemini') {
    const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retrySeconds ?? 0}s` };
    return {
      error: { code: status, message, status: geminiStatus(status), ...(retrySeconds === undefined ? {} : { details: [retryInfo] }) },
    };
  }
  return { error: { message, ...openaiCodes(status) } };
}

function sentence(status: number): string {
  if (status === 429) return 'Rate limit reached for requests.';
  if (status === 401) return 'Incorrect API key provided.';
  if (status === 503 || status === 529) return 'Overloaded.';
  return `The mock upstream answers ${status}.`;
}

function openaiCodes(status: number): object {
  switch (status) {
    case 401:
      return { type: 'invalid_request_error', param: null, code: 'invalid_api_key' };
    case 402:
      return { type: 'insufficient_quota', param: null, code: 'insufficient_quota' };
    case 404:
      return { type: 'invalid_request_error', param: null, code: 'model_not_found' };
    case 429:
      return { type: 'requests', param: null, code: 'rate_limit_exceeded' };
    default:
      return { type: status >= 500 ? 'server_error' : 'invalid_request_error', param: null, code: null };
  }
}

function anthropicType(status: number): string {
  const names: Readonly<Record<number, string>> = {
    400: 'invalid_request_error',
    401: 'authentication_error',
    402: 'billing_error',
    403: 'permission_error',
    404: 'not_found_error',
    413: 'request_too_large',
    429: 'rate_limit_error',
    504: 'timeout_error',
    529: 'overloaded_error',
  };
  return names[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}

function geminiStatus(status: number): string {
  const names: Readonly<Record<number, string>> = {
    400: 'INVALID_ARGUMENT',
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    429: 'RESOURCE_EXHAUSTED',
    503: 'UNAVAILABLE',
    504: 'DEADLINE_EXCEEDED',
  };
  return names[status] ?? 'INTERNAL';
}
