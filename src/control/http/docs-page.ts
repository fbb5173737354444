import type { IncomingMessage, ServerResponse } from 'node:http';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify from 'fastify';
import { OperationError } from '../operation-error.ts';
import { renderError } from './error-answer.ts';
import { HARDENED_HEADERS } from './hardened-headers.ts';
import { PAGE_POLICY } from './page-policy.ts';
import { refuseUnreadable } from './refuse-unreadable.ts';

/** The API document as a page to read and to try at /docs. Its scripts and styles come from here alone. */
export interface DocsPage {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  close(): Promise<void>;
}

// Without the bar on top: it loads documents of others, and its picture brings a style that the policy stops.
const UI_CONFIG = { docExpansion: 'none', layout: 'BaseLayout', persistAuthorization: false } as const;

/** `document`: OpenAPI 3.1. */
export async function createDocsPage(document: Readonly<Record<string, unknown>>, newRequestId: () => string): Promise<DocsPage> {
  const fastify = Fastify({ logger: false, forceCloseConnections: true, frameworkErrors: refuseUnreadable(newRequestId) });
  // The policy of the plugin's own would let in other hosts, and turn http into https.
  fastify.addHook('onSend', async (_request, reply, payload) => {
    reply.headers({ ...HARDENED_HEADERS, 'content-security-policy': PAGE_POLICY, 'x-request-id': newRequestId() });
    return payload;
  });
  await fastify.register(swagger, { mode: 'static', specification: { document: document as never } });
  await fastify.register(swaggerUi, { routePrefix: '/docs', theme: { title: 'Headgate · API' }, uiConfig: UI_CONFIG });
  fastify.get('/swagger-ui', async (_request, reply) => reply.redirect('/docs'));
  fastify.get('/swagger-ui/*', async (_request, reply) => reply.redirect('/docs'));
  const notFound = renderError(new OperationError('not_found', 'There is nothing under this path.'));
  fastify.setNotFoundHandler(async (_request, reply) => reply.code(notFound.status ?? 404).send(notFound.body));
  await fastify.ready();
  return { handle: (request, response) => fastify.routing(request, response), close: () => fastify.close() };
}
