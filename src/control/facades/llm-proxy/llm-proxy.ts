import { AnyObject } from '../../admin-api/contract/fields.ts';
import { may } from '../../console-auth/may.ts';
import type { PrincipalReader } from '../../console-auth/principal-reader.ts';
import type { ControlServices } from '../../control-services.ts';
import { defineRoute, type AdminAnswer, type AdminRoute } from '../../http/admin-route.ts';
import type { RouteGroup } from '../../http/control-server.ts';
import { errorHeaders, type FailedRequest } from '../../http/error-answer.ts';
import { OperationError } from '../../operation-error.ts';
import { masterKeyRoutes } from './master-key-routes.ts';
import { proxyProviderRoutes } from './proxy-provider-routes.ts';

export interface LlmProxyParts {
  readonly services: ControlServices;
  readonly reader: Pick<PrincipalReader, 'authenticate'>;
  /** ADMIN_TOKEN or ADMIN_KEY is set. */
  readonly hasAdminKey: boolean;
}

/** `/admin/v1` as llm-proxy answers it: a version in every answer, errors as `{detail}`. Closed while no admin key is set, but for users who signed in. */
export function llmProxy(parts: LlmProxyParts): RouteGroup {
  const { services, hasAdminKey } = parts;
  return {
    routes: [validate(), ...proxyProviderRoutes(services), ...masterKeyRoutes(services), ...configRoutes(services), health(parts)],
    renderError: renderProxyError,
    refuseAll: ({ kind }) =>
      hasAdminKey || kind !== 'nobody' ? null : new OperationError('unavailable', 'The admin API is off: set ADMIN_KEY, or sign in as a user.'),
  };
}

function validate(): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: '/admin/v1/auth/validate',
    access: 'signed-in',
    summary: 'llm-proxy: ask whether the credentials are right.',
    answers: { 200: AnyObject },
    handle: async () => ({ body: { valid: true, message: 'Admin key is valid' } }),
  });
}

function configRoutes(services: ControlServices): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/admin/v1/config/version',
      access: 'config:read',
      summary: 'llm-proxy: the revision that is in force.',
      answers: { 200: AnyObject },
      handle: async () => ({ body: await versionOf(services) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/admin/v1/config/reload',
      access: 'config:operate',
      summary: 'llm-proxy: take in what another process changed.',
      answers: { 200: AnyObject },
      handle: async () => {
        await services.config.refresh();
        const view = services.config.view();
        const counts = { providers_count: view.list('provider').length, master_keys_count: view.list('virtual-key').length };
        return { body: { ...(await versionOf(services)), ...counts } };
      },
    }),
  ];
}

function health({ services, reader, hasAdminKey }: LlmProxyParts): AdminRoute {
  return defineRoute({
    method: 'GET',
    path: '/admin/v1/health',
    access: 'public',
    summary: 'llm-proxy: whether the admin API is well; more for those with credentials.',
    answers: { 200: AnyObject },
    handle: async ({ headers, isSecure }) => {
      const principal = await reader.authenticate({ method: 'GET', headers, isSecure });
      if (!may(principal, 'signed-in')) return { body: { status: 'ok' } };
      const { config } = services;
      return {
        body: {
          status: 'ok',
          database_configured: config.source.kind === 'database',
          admin_key_configured: hasAdminKey,
          config_loaded: config.problem === null,
          config_version: config.view().revision,
        },
      };
    },
  });
}

/** `timestamp`: when the revision was written, ISO 8601. */
async function versionOf({ config, nowMs }: ControlServices): Promise<{ readonly version: number; readonly timestamp: string }> {
  const { revision } = config.view();
  const { items } = await config.revisions(1, null);
  return { version: revision, timestamp: new Date(items[0]?.atMs ?? nowMs()).toISOString() };
}

function renderProxyError(error: OperationError, { headers }: FailedRequest): AdminAnswer {
  const { code, message, problems, status } = error;
  const answer = (shown: number, detail: string): AdminAnswer => ({
    status: shown,
    headers: errorHeaders(error),
    body: { detail, code, ...(problems.length === 0 ? {} : { problems }) },
  });
  switch (code) {
    case 'unauthorized':
      return answer(status, hasCredential(headers) ? 'Invalid admin key' : 'Missing or invalid authorization header');
    case 'invalid_field':
    case 'invalid_request':
      return answer(422, message);
    case 'secret_required':
      return answer(400, message);
    default:
      return answer(status, message);
  }
}

function hasCredential(headers: FailedRequest['headers']): boolean {
  return /^bearer +\S/iu.test(headers['authorization'] ?? '') || (headers['x-admin-token'] ?? '') !== '';
}
