import type { BootstrapConfig } from '../../config/bootstrap-config.ts';
import { authRoutes } from '../../control/admin-api/auth-routes.ts';
import { catalogueRoutes } from '../../control/admin-api/catalogue-routes.ts';
import { configRoutes } from '../../control/admin-api/config-routes.ts';
import { modelRoutes } from '../../control/admin-api/model-routes.ts';
import { oidcRoutes } from '../../control/admin-api/oidc-routes.ts';
import { providerActRoutes } from '../../control/admin-api/provider-act-routes.ts';
import { providerKeyRoutes } from '../../control/admin-api/provider-key-routes.ts';
import { providerRoutes } from '../../control/admin-api/provider-routes.ts';
import { sessionRoutes } from '../../control/admin-api/session-routes.ts';
import { settingsRoutes } from '../../control/admin-api/settings-routes.ts';
import { totpRoutes } from '../../control/admin-api/totp-routes.ts';
import { userRoutes } from '../../control/admin-api/user-routes.ts';
import { virtualKeyRoutes } from '../../control/admin-api/virtual-key-routes.ts';
import type { ConsoleAuth } from '../../control/console-auth/console-auth.ts';
import { may } from '../../control/console-auth/may.ts';
import type { ControlServices } from '../../control/control-services.ts';
import { AnyObject } from '../../control/admin-api/contract/fields.ts';
import { facadeGroups } from '../../control/facades/facade-groups.ts';
import { llmGatewayRoutes } from '../../control/facades/llm-gateway/llm-gateway-routes.ts';
import { withLlmGatewayShapes } from '../../control/facades/llm-gateway/llm-gateway.ts';
import { defineRoute, type AdminRoute } from '../../control/http/admin-route.ts';
import { isDocsPath } from '../../control/http/control-path.ts';
import { DATA_PLANE_OPERATIONS } from '../../control/http/data-plane-operations.ts';
import { describeApi } from '../../control/http/describe-api.ts';
import { createDocsPage, type DocsPage } from '../../control/http/docs-page.ts';
import { createControlServer, type ControlServer, type RouteGroup } from '../../control/http/control-server.ts';
import { Catalogue } from '../../control/operations/catalogue.ts';
import { ConfigHistory } from '../../control/operations/config-history.ts';
import { ConfigImports } from '../../control/operations/config-import.ts';
import { ImportProviders } from '../../control/operations/import-providers.ts';
import { Models } from '../../control/operations/models.ts';
import { ProviderActs } from '../../control/operations/provider-acts.ts';
import { ProviderKeys } from '../../control/operations/provider-keys.ts';
import { Providers } from '../../control/operations/providers.ts';
import { recordActs } from '../../control/operations/record-act.ts';
import { SettingsOperations } from '../../control/operations/settings.ts';
import { VirtualKeys } from '../../control/operations/virtual-keys.ts';
import type { Log } from '../../observability/log.ts';
import { loadPriceSearch } from '../../presets/search-prices.ts';
import { setupRoutes } from '../../control/setup-page/setup-routes.ts';
import { readVersion } from '../version.ts';
import { observeRoutes } from './observe-routes.ts';
import type { RequestFacts } from './request-facts.ts';

export interface ControlServerNeeds {
  readonly services: ControlServices;
  readonly auth: ConsoleAuth;
  readonly bootstrap: BootstrapConfig;
  readonly facts: RequestFacts;
  readonly newRequestId: () => string;
  readonly log: Log;
}

/** Every route of the control plane behind its one door. */
export async function loadControlServer(needs: ControlServerNeeds): Promise<ControlServer> {
  const { auth, facts, newRequestId, log } = needs;
  const groups = controlGroups(needs);
  const document = describeApi({ version: readVersion(), routes: groups.flatMap(({ routes }) => routes), dataPlane: DATA_PLANE_OPERATIONS });
  const server = await createControlServer({
    groups: [...groups, { routes: [documentRoute(document), ...setupRoutes()] }],
    authenticate: (request) => auth.reader.authenticate(request),
    may,
    newRequestId,
    addressOf: (request) => facts.address(request),
    isSecure: (request) => facts.isSecure(request),
    reportProblem: log.problem,
    reportDefect: (error, requestId) =>
      log.error('A request to the control plane failed by a defect of the gateway.', { error, exchangeId: requestId }),
  });
  return withDocsPage(server, document, newRequestId);
}

/** The page is made when somebody opens it. */
function withDocsPage(server: ControlServer, document: ReturnType<typeof describeApi>, newRequestId: () => string): ControlServer {
  let page: Promise<DocsPage> | null = null;
  return {
    ...server,
    handle: (request, response) => {
      if (!isDocsPath(request.url ?? '')) return server.handle(request, response);
      page ??= createDocsPage(document, newRequestId);
      page.then(
        ({ handle }) => handle(request, response),
        () => response.destroy(),
      );
      return undefined;
    },
    close: async () => {
      await server.close();
      await (await page)?.close();
    },
  };
}

function documentRoute(document: ReturnType<typeof describeApi>): AdminRoute {
  return defineRoute({
    method: 'GET',
    path: '/openapi.json',
    access: 'public',
    summary: 'This document.',
    answers: { 200: AnyObject },
    handle: async () => ({ body: document }),
  });
}

/** The routes alone, for documents: their handlers are never called. */
export function controlRoutes(): readonly AdminRoute[] {
  const nothing = {} as never;
  const needs: ControlServerNeeds = { services: nothing, auth: nothing, bootstrap: nothing, facts: nothing, newRequestId: () => '', log: nothing };
  return controlGroups(needs).flatMap(({ routes }) => routes);
}

function controlGroups({ services, auth, bootstrap }: ControlServerNeeds): readonly RouteGroup[] {
  const recordAct = recordActs(services);
  const routes = [
    ...authRoutes(auth),
    ...totpRoutes(auth),
    ...oidcRoutes(auth),
    ...sessionRoutes(auth),
    ...userRoutes(auth),
    ...providerRoutes(new Providers(services)),
    ...providerKeyRoutes(new ProviderKeys(services), recordAct),
    ...providerActRoutes({ services, acts: new ProviderActs(services), imports: new ImportProviders(services), recordAct }),
    ...modelRoutes(new Models(services), recordAct),
    ...catalogueRoutes(new Catalogue(loadPriceSearch())),
    ...virtualKeyRoutes(new VirtualKeys(services)),
    ...observeRoutes(services, auth),
    ...settingsRoutes(new SettingsOperations(services)),
    ...configRoutes({
      config: services.config,
      history: new ConfigHistory(services.config),
      imports: new ConfigImports(services.config),
      recordAct,
    }),
  ];
  const own: RouteGroup = { routes: [...withLlmGatewayShapes(routes, services), ...llmGatewayRoutes(services)] };
  const { adminToken, publicUrl } = bootstrap;
  return [own, ...facadeGroups({ services, auth, adminToken, publicUrl })];
}
