import type { IncomingMessage, ServerResponse } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { GatewaySnapshot } from '../config/snapshot.ts';
import { HARDENED_HEADERS } from '../control/http/hardened-headers.ts';
import { refuseUnreadable } from '../control/http/refuse-unreadable.ts';
import type { JournalStatus } from '../ports/journal.ts';
import { equalSecrets } from '../security/hash-token.ts';

/** What the operator's routes tell of the process. */
export interface OpsView {
  readonly version: string;
  readonly instanceId: string;
  readonly startedAtMs: number;
  readonly snapshot: () => GatewaySnapshot;
  readonly isDraining: () => boolean;
  /** Why the last change of the configuration was not taken; null when it was. */
  readonly configProblem: () => string | null;
  readonly journal: () => JournalStatus;
  readonly metrics: () => Promise<string>;
  readonly metricsType: string;
  readonly metricsPath: string;
  readonly metricsPublic: boolean;
  readonly adminToken: string | null;
  readonly newRequestId: () => string;
}

const RESERVED = /^\/(?:v1|v1beta|api|admin|llm|proxy|public|metrics)(?:\/|$)/;

export interface OpsRoutes {
  readonly fastify: FastifyInstance;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
}

/** The routes beside the data plane: health, metrics, a word for whoever opens the address in a browser. Everything else is a JSON 404. */
export async function createOpsRoutes(view: OpsView): Promise<OpsRoutes> {
  const fastify = Fastify({
    logger: false,
    forceCloseConnections: false,
    exposeHeadRoutes: true,
    frameworkErrors: refuseUnreadable(view.newRequestId),
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  fastify.addHook('onSend', async (_request, reply, payload) => {
    reply.header('x-request-id', view.newRequestId());
    reply.headers(HARDENED_HEADERS);
    return payload;
  });
  fastify.get('/health', async () => health(view));
  fastify.get('/health/live', async () => ({ status: 'ok' }));
  fastify.get('/health/ready', async (_request, reply) => ready(view, reply));
  fastify.get(view.metricsPath, async (request, reply) => metrics(view, request, reply));
  fastify.get('/', async () => ({
    name: 'headgate',
    version: view.version,
    openai: '/v1',
    anthropic: '/v1/messages',
    gemini: '/v1beta',
    health: '/health',
    metrics: view.metricsPath,
  }));
  fastify.setNotFoundHandler(async (request, reply) => {
    const { url } = request;
    const message = RESERVED.test(url) ? 'there is nothing under this path' : 'there is no such page';
    return reply.code(404).send({ error: { message, type: 'invalid_request_error', param: null, code: 'not_found' } });
  });
  fastify.setErrorHandler(async (error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : 500;
    return reply.code(status).send({
      error: {
        message: 'the request could not be handled',
        type: 'invalid_request_error',
        param: null,
        code: status === 500 ? 'internal_error' : 'invalid_request',
      },
    });
  });
  await fastify.ready();
  return { fastify, handle: (request, response) => fastify.routing(request, response) };
}

function health(view: OpsView): object {
  const snapshot = view.snapshot();
  return {
    status: 'ok',
    uptime: Math.floor((Date.now() - view.startedAtMs) / 1000),
    timestamp: new Date().toISOString(),
    instanceId: view.instanceId,
    version: view.version,
    providers_count: snapshot.providers.length,
    master_keys_count: snapshot.callerCount,
  };
}

function ready(view: OpsView, reply: FastifyReply): object {
  const journal = view.journal();
  const isReady = !view.isDraining();
  void reply.code(isReady ? 200 : 503);
  return {
    status: isReady ? 'ready' : 'draining',
    revision: view.snapshot().revision,
    config: view.configProblem() ?? 'ok',
    ledger: journal.problem ?? 'ok',
    journalLag: journal.lag,
  };
}

async function metrics(view: OpsView, request: FastifyRequest, reply: FastifyReply): Promise<string> {
  if (!view.metricsPublic && !isLocal(request) && !isAdmin(view, request)) {
    void reply.code(401).header('www-authenticate', 'Bearer').type('application/json');
    return JSON.stringify({
      error: {
        message: 'metrics are open on loopback only: send the admin token, or set METRICS_PUBLIC=true',
        type: 'invalid_request_error',
        param: null,
        code: 'missing_api_key',
      },
    });
  }
  void reply.type(view.metricsType);
  return view.metrics();
}

/** Asked from this machine, and not by a proxy on behalf of somebody else. */
function isLocal(request: FastifyRequest): boolean {
  const { raw } = request;
  const address = raw.socket.remoteAddress ?? '';
  const isForwarded = raw.headers['x-forwarded-for'] !== undefined || raw.headers.forwarded !== undefined || raw.headers.via !== undefined;
  return !isForwarded && (address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.'));
}

function isAdmin(view: OpsView, request: FastifyRequest): boolean {
  if (view.adminToken === null) return false;
  const { headers } = request.raw;
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const token = headers['x-admin-token'] ?? bearer;
  return typeof token === 'string' && equalSecrets(token, view.adminToken);
}
