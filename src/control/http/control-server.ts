import { Readable } from 'node:stream';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { SealError } from '../../security/sealing/seal-error.ts';
import { OperationError } from '../operation-error.ts';
import type { Principal } from '../principal.ts';
import type { Access, AdminAnswer, AdminCall, AdminRoute } from './admin-route.ts';
import { checkRequestPart } from './check-request.ts';
import { isGuardedPath } from './control-path.ts';
import { asRefusal, renderError, type RenderError } from './error-answer.ts';
import { HARDENED_HEADERS } from './hardened-headers.ts';
import { methodsOfPath } from './methods-of-path.ts';
import { refuseUnreadable } from './refuse-unreadable.ts';

/** What the guard looks at. */
export interface KnockingRequest {
  readonly method: string;
  /** Names in lower case; the first of repeated ones. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly address: string;
  /** The client speaks TLS, with us or with a proxy that is trusted. */
  readonly isSecure: boolean;
}

/** Routes that tell errors in one form. */
export interface RouteGroup {
  readonly routes: readonly AdminRoute[];
  readonly renderError?: RenderError;
  /** Asked before the credentials: a surface that is closed as a whole. */
  readonly refuseAll?: (principal: Principal) => OperationError | null;
}

export interface ControlServerParts {
  readonly groups: readonly RouteGroup[];
  /** Nobody for missing or wrong credentials. Throws OperationError where right ones are not enough, as without a CSRF token. */
  readonly authenticate: (request: KnockingRequest) => Promise<Principal>;
  readonly may: (principal: Principal, access: Access) => boolean;
  readonly newRequestId: () => string;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly isSecure: (request: IncomingMessage) => boolean;
  /** Told of a failure that is no refusal. */
  readonly reportDefect: (error: unknown, requestId: string) => void;
  /** Told of what an operator has to put right before the same request can go well. */
  readonly reportProblem: (sentence: string) => void;
}

export interface ControlServer {
  readonly fastify: FastifyInstance;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  close(): Promise<void>;
}

/** Bodies of the admin API; imports of whole configurations are larger. */
const BODY_BYTES = 1024 ** 2;
const IMPORT_BYTES = 32 * 1024 ** 2;
const IMPORTS = /\/(?:import|plan|batch|batch-import)$/u;

interface RouteConfig {
  readonly route: AdminRoute;
  readonly group: RouteGroup;
}

/** What one request carries from the guard to its handler. */
interface Admitted {
  readonly principal: Principal;
  readonly requestId: string;
}

/** The server of the control plane: every route comes out of the same few lines, so that none can forget the guard. */
export async function createControlServer(parts: ControlServerParts): Promise<ControlServer> {
  const fastify = Fastify({
    logger: false,
    forceCloseConnections: true,
    exposeHeadRoutes: true,
    bodyLimit: BODY_BYTES,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: refuseUnreadable(parts.newRequestId),
  });
  const admitted = new WeakMap<FastifyRequest, Admitted>();
  fastify.removeContentTypeParser(['text/plain', 'application/json']);
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  // Some clients name the type of every body, also of none.
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, undefined) : parseJson(request, String(body), done),
  );
  fastify.addContentTypeParser(['application/yaml', 'application/x-yaml', 'text/yaml'], { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  fastify.setValidatorCompiler(() => () => true);
  fastify.setSerializerCompiler(() => (value) => JSON.stringify(value));
  fastify.addHook('onRequest', async (request, reply) => {
    const requestId = parts.newRequestId();
    harden(reply, requestId);
    const { route, group } = configOf(request);
    if (route?.access === 'public') return admitted.set(request, { principal: { kind: 'nobody' }, requestId });
    if (route === undefined && !isGuardedPath(request.url)) return undefined;
    const principal = await parts.authenticate(knock(request, parts));
    const closed = group?.refuseAll?.(principal) ?? null;
    if (closed !== null) throw closed;
    if (principal.kind === 'nobody') throw new OperationError('unauthorized', 'Credentials are missing or wrong: sign in, or send the admin token.');
    if (route !== undefined && !parts.may(principal, route.access)) throw new OperationError('forbidden', `This needs the right ${route.access}.`);
    return admitted.set(request, { principal, requestId });
  });
  for (const group of parts.groups) for (const route of group.routes) register(fastify, { route, group }, admitted, parts);
  const routes = parts.groups.flatMap((group) => group.routes);
  fastify.setNotFoundHandler(async (request, reply) => {
    const allowed = methodsOfPath(routes, request.url);
    if (allowed.length === 0) throw new OperationError('not_found', 'There is nothing under this path.');
    const error = { message: `This path takes ${allowed.join(', ')}.`, type: 'invalid_request_error', param: null, code: 'method_not_allowed' };
    return reply.code(405).header('allow', allowed.join(', ')).send({ error });
  });
  fastify.setErrorHandler(async (error, request, reply) => {
    const known = asRefusal(error);
    if (known === null) parts.reportDefect(error, admitted.get(request)?.requestId ?? '');
    if (error instanceof SealError) parts.reportProblem(error.message);
    const refusal = known ?? new OperationError('internal_error', 'The request failed by a defect of the gateway; the log tells more.');
    const render = configOf(request).group?.renderError ?? renderError;
    return send(reply, render(refusal, knock(request, parts)));
  });
  await fastify.ready();
  return { fastify, handle: (request, response) => fastify.routing(request, response), close: () => fastify.close() };
}

function register(fastify: FastifyInstance, config: RouteConfig, admitted: WeakMap<FastifyRequest, Admitted>, parts: ControlServerParts): void {
  const { route } = config;
  fastify.route({
    method: route.method,
    url: route.path,
    config,
    bodyLimit: IMPORTS.test(route.path) ? IMPORT_BYTES : BODY_BYTES,
    handler: async (request, reply) => {
      const { principal, requestId } = admitted.get(request) ?? { principal: { kind: 'nobody' } as const, requestId: '' };
      const gone = new AbortController();
      reply.raw.on('close', () => gone.abort());
      const call: AdminCall = {
        principal,
        params: route.params === undefined ? null : checkRequestPart(route.params, request.params, 'params'),
        query: route.query === undefined ? null : checkRequestPart(route.query, request.query, 'query'),
        body: route.body === undefined ? null : checkRequestPart(route.body, request.body ?? {}, 'body'),
        ...knock(request, parts),
        isSecure: parts.isSecure(request.raw),
        requestId,
        signal: gone.signal,
      };
      const answer = await route.handle(call);
      if (isEventStream(answer)) leaveWithClient(request.raw.socket, reply.raw, gone);
      return send(reply, answer);
    },
  });
}

function isEventStream({ stream, headers }: AdminAnswer): boolean {
  return stream !== undefined && String(headers?.['content-type']).startsWith('text/event-stream');
}

/** The server keeps connections whose client closed its side. Of one that only listens and to whom nothing is said, nothing else would tell. */
function leaveWithClient(socket: Socket, response: ServerResponse, gone: AbortController): void {
  const leave = (): void => gone.abort();
  socket.once('end', leave);
  response.once('close', () => socket.off('end', leave));
  if (socket.readableEnded) leave();
}

function configOf(request: FastifyRequest): Partial<RouteConfig> {
  return request.routeOptions.config as Partial<RouteConfig>;
}

function knock(request: FastifyRequest, parts: ControlServerParts): KnockingRequest {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]));
  return { method: request.method, headers, address: parts.addressOf(request.raw), isSecure: parts.isSecure(request.raw) };
}

/** Of every answer, whatever came of the request. */
function harden(reply: FastifyReply, requestId: string): void {
  reply.header('x-request-id', requestId);
  reply.headers(HARDENED_HEADERS);
}

function send(reply: FastifyReply, answer: AdminAnswer): FastifyReply {
  const { body, headers = {}, stream } = answer;
  for (const [name, value] of Object.entries(headers)) reply.header(name, typeof value === 'string' ? value : [...value]);
  if (stream !== undefined) return reply.code(answer.status ?? 200).send(Readable.from(stream));
  reply.code(answer.status ?? (body === undefined ? 204 : 200));
  if (body === undefined) return reply.send();
  if (typeof body === 'string') return reply.send(body);
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}
