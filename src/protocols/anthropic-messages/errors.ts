import type { ErrorKind, GatewayError } from '../../domain/gateway-error.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';

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

/** `{"type":"error","error":{type,message},"request_id"}`; the gateway's own code stands in `details`, where the API keeps its codes. */
export function messageErrorBody(error: GatewayError, requestId: string): string {
  return JSON.stringify({
    type: 'error',
    error: { type: TYPES[error.kind], message: error.message, code: error.code, details: { error_code: error.code } },
    request_id: requestId,
  });
}

export function messageErrorEvent(error: GatewayError, requestId: string): string {
  return `event: error\ndata: ${messageErrorBody(error, requestId)}\n\n`;
}

export function findMessageError(body: JsonObject): JsonObject | null {
  return body['type'] === 'error' || (body['type'] === undefined && isObject(body['error'])) ? (isObject(body['error']) ? body['error'] : {}) : null;
}
