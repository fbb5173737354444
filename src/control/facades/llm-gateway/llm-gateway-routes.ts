import { AnyObject } from '../../admin-api/contract/fields.ts';
import type { ControlServices } from '../../control-services.ts';
import { defineRoute, type Access, type AdminRoute } from '../../http/admin-route.ts';
import { OperationError } from '../../operation-error.ts';

const NO_ROUTES =
  'Routes between providers are not in this release: weights and priorities of providers share requests out, and failover needs none.';
const NO_AGENTS = 'Agents on other machines are not in this release.';
const NO_CONTAINER = 'There is no container to manage: the gateway speaks to providers itself.';

/** Paths of LLM Gateway that Headgate has under other names, or not at all. */
export function llmGatewayRoutes(services: ControlServices): readonly AdminRoute[] {
  return [
    ...configRoutes(services),
    ...['/api/admin/routing-configs', '/api/admin/config/routing-configs'].flatMap(routingRoutes),
    ...['register', 'heartbeat', 'report-status'].map((act) => absent('POST', `/api/agent/${act}`, 'agents:write', NO_AGENTS)),
    ...['config', 'portkey-config'].map((word) => absent('GET', `/api/agent/${word}`, 'agents:read', NO_AGENTS)),
    ...['start', 'stop'].map((act) => absent('POST', `/api/admin/docker/${act}`, 'config:operate', NO_CONTAINER)),
    absent('GET', '/api/admin/docker/status', 'config:read', NO_CONTAINER),
  ];
}

function configRoutes(services: ControlServices): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/api/admin/config/regenerate',
      access: 'config:operate',
      summary: 'LLM Gateway: write the configuration anew. Here it is always in force; what another process changed is taken in.',
      answers: { 200: AnyObject },
      handle: async () => {
        await services.config.refresh();
        return { body: { success: true, message: 'The configuration is in force.', version: services.config.view().revision } };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/admin/config/status',
      access: 'config:read',
      summary: 'LLM Gateway: whether there is a configuration, and which.',
      answers: { 200: AnyObject },
      handle: async () => {
        const { config } = services;
        const view = config.view();
        const counts = { providers: view.list('provider').length, virtualKeys: view.list('virtual-key').length };
        return { body: { exists: true, source: config.source.kind, version: view.revision, problem: config.problem, ...counts } };
      },
    }),
  ];
}

function routingRoutes(base: string): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: base,
      access: 'routes:read',
      summary: 'LLM Gateway: routing configs. There are none in this release.',
      answers: { 200: AnyObject },
      handle: async () => ({ body: { configs: [] } }),
    }),
    absent('POST', base, 'routes:write', NO_ROUTES),
    absent('PUT', `${base}/:id`, 'routes:write', NO_ROUTES),
    absent('DELETE', `${base}/:id`, 'routes:write', NO_ROUTES),
  ];
}

/** A path that old clients call and that has nothing behind it: they hear why. */
function absent(method: AdminRoute['method'], path: string, access: Access, why: string): AdminRoute {
  return defineRoute({
    method,
    path,
    access,
    summary: 'LLM Gateway: not in this release, which the answer says.',
    answers: {},
    handle: () => Promise.reject(new OperationError('not_found', why)),
  });
}
