import type { ErrorKind, GatewayError } from '../domain/gateway-error.ts';
import { isObject, type JsonObject } from '../lib/json-reading.ts';

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
export function openaiErrorBody(error: GatewayError): string {
  return JSON.stringify({ error: { message: error.message, type: TYPES[error.kind], param: error.param ?? null, code: error.code } });
}

/** The error object of a body or event; null when it carries none. Some compatible servers write a bare string. */
export function findOpenaiError(body: JsonObject): JsonObject | null {
  const error = body['error'];
  if (isObject(error)) return error;
  return typeof error === 'string' ? { message: error } : null;
}
