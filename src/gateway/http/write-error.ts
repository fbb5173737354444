import type { ServerResponse } from 'node:http';
import type { GatewayError } from '../../domain/gateway-error.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import type { ErrorStyle } from './match-path.ts';

/** The body of an error in the client's own form. Always JSON. */
export function errorBody(error: GatewayError, style: ErrorStyle, requestId: string): string {
  if (style === 'detail') return JSON.stringify({ detail: error.message, code: error.code });
  return PROTOCOLS[style].errorBody(error, requestId);
}

/** Headers of an error answer as a flat list. */
function errorHeaders(error: GatewayError, body: string, requestId: string): string[] {
  const headers = ['content-type', 'application/json; charset=utf-8', 'content-length', String(Buffer.byteLength(body)), 'x-request-id', requestId];
  if (error.retryAfterSeconds !== undefined) headers.push('retry-after', String(error.retryAfterSeconds));
  if (error.allow !== undefined) headers.push('allow', error.allow);
  if (error.status === 401) headers.push('www-authenticate', 'Bearer');
  return headers;
}

/** Answers with an error, unless an answer has begun. `close`: what the client still sends will not be read. */
export function writeError(response: ServerResponse, error: GatewayError, style: ErrorStyle, requestId: string, close = false): void {
  if (response.headersSent || response.destroyed) return;
  const body = errorBody(error, style, requestId);
  const headers = errorHeaders(error, body, requestId);
  if (close) headers.push('connection', 'close');
  response.writeHead(error.status, headers);
  if (response.req.method === 'HEAD') return void response.end();
  if (!close) return void response.end(body);
  response.write(body);
  linger(response);
}

/** How long an unread body is still taken in after an early answer, so that closing does not reset the connection before the client has read. */
const LINGER_MS = 2000;

function linger(response: ServerResponse): void {
  const { req: request } = response;
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS).unref();
  request.once('end', end);
  request.once('close', end);
  request.resume();
}
