import type { FastifyReply, FastifyRequest } from 'fastify';
import { OperationError } from '../operation-error.ts';
import { renderError } from './error-answer.ts';
import { HARDENED_HEADERS } from './hardened-headers.ts';

/** What Fastify asks when it cannot read a path, before any hook runs: its own answer would be bare, and repeat the path. */
export function refuseUnreadable(newRequestId: () => string): (error: unknown, request: FastifyRequest, reply: FastifyReply) => void {
  const { status = 400, body } = renderError(new OperationError('invalid_request', 'The path of the request cannot be read.'));
  return (_error, _request, reply) => void reply.code(status).headers(HARDENED_HEADERS).header('x-request-id', newRequestId()).send(body);
}
