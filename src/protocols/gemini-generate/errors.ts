import type { ErrorKind, GatewayError } from '../../domain/gateway-error.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';

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

/** google.rpc.Status in its JSON form; the gateway's own code is an ErrorInfo, which is where Google's clients look for one. */
export function generateErrorBody(error: GatewayError): string {
  return JSON.stringify({
    error: {
      code: error.status,
      message: error.message,
      status: STATUSES[error.kind],
      details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: error.code, domain: 'headgate' }],
    },
  });
}

export function generateErrorEvent(error: GatewayError): string {
  return `data: ${generateErrorBody(error)}\n\n`;
}

export function findGenerateError(body: JsonObject): JsonObject | null {
  return isObject(body['error']) ? body['error'] : null;
}
