import { Type, type TSchema } from 'typebox';
import { ProviderSchema } from '../../config/schema/provider-schema.ts';
import type { PresetCatalogue } from '../../domain/preset.ts';
import type { ControlServices } from '../control-services.ts';
import { defineRoute, type AdminRoute } from '../http/admin-route.ts';
import { exportProviders } from '../operations/export-providers.ts';
import type { ImportProviders } from '../operations/import-providers.ts';
import { viewPreset } from '../operations/preset-view.ts';
import type { FetchedModels, ProviderActs } from '../operations/provider-acts.ts';
import { reasonOfCall } from '../operations/reason-of-call.ts';
import type { RecordAct } from '../operations/record-act.ts';
import { refuseFields } from '../operations/refuse-fields.ts';
import type { UnsavedProvider } from '../operations/unsaved-provider.ts';
import { AnyObject, CLOSED, IdParams, KeyParams, pageSchema } from './contract/fields.ts';

const BASE = '/api/admin/providers';
const KeyField = Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'A key of the provider; absent: see the summary.' }));
const OneKey = Type.Object({ key: KeyField }, CLOSED);
const SECRET = Type.Optional(Type.String({ maxLength: 65_536 }));
const { preset, protocols, auth, headers, query, allowPrivateNetwork, verifyTls } = ProviderSchema.properties as Readonly<Record<string, TSchema>>;
const FetchBody = Type.Object(
  {
    id: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'A stored provider; nothing but `key` may stand beside it.' })),
    key: KeyField,
    baseUrl: Type.Optional(Type.String({ minLength: 1, maxLength: 2048, description: 'Of a provider that is not saved yet.' })),
    apiKey: SECRET,
    secret: SECRET,
    ...({ preset, protocols, auth, headers, query, allowPrivateNetwork, verifyTls } as Record<string, TSchema>),
  },
  CLOSED,
);
const ImportBody = Type.Object(
  {
    providers: Type.Array(Type.Unknown(), { maxItems: 10_000, description: 'Each in Headgate’s form, or as {id, name, baseUrl, apiKey, enabled}.' }),
    skipExisting: Type.Optional(Type.Boolean({ description: 'Default true: an id that is there already is no failure.' })),
    leftOut: Type.Optional(Type.Unknown({ description: 'Of an export; not read.' })),
  },
  CLOSED,
);
const ExportQuery = Type.Object({ enabled: Type.Optional(Type.Enum(['true', 'all'], { description: 'Default all.' })) }, CLOSED);

export interface ProviderActParts {
  readonly services: Pick<ControlServices, 'config' | 'presets'>;
  readonly acts: ProviderActs;
  readonly imports: ImportProviders;
  readonly recordAct: RecordAct;
}

/** What can be done with providers beside changing one. */
export function providerActRoutes({ services, acts, imports, recordAct }: ProviderActParts): readonly AdminRoute[] {
  return [...testRoutes(acts, recordAct), ...fetchRoutes(acts, recordAct), ...listRoutes(services), importRoute(imports)];
}

function testRoutes(acts: ProviderActs, recordAct: RecordAct): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${BASE}/:id/test`,
      access: 'providers:operate',
      summary: 'Ask the provider whether it takes its keys: the one that is named, else each enabled one up to twenty.',
      params: IdParams,
      body: OneKey,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { id } = call.params;
        const { key } = call.body;
        const tested = key === undefined ? await acts.test(id, call.signal) : await acts.testKey(id, key, call.signal);
        await recordAct(call, 'provider.test', 'provider', id);
        return { body: tested };
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/:id/keys/:key/test`,
      access: 'provider-keys:operate',
      summary: 'Ask the provider whether it takes this key, enabled or not.',
      params: KeyParams,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { id, key } = call.params;
        const tested = await acts.testKey(id, key, call.signal);
        await recordAct(call, 'provider-key.test', 'provider-key', `${id}/${key}`);
        return { body: tested };
      },
    }),
  ];
}

function fetchRoutes(acts: ProviderActs, recordAct: RecordAct): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${BASE}/fetch-models`,
      access: 'providers:operate',
      summary: 'Ask a provider for its models: a stored one by its id, or one that is not saved yet with an address and a secret of its own.',
      body: FetchBody,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { id, key, ...unsaved } = call.body as { id?: string; key?: string } & UnsavedProvider;
        if (id === undefined && key !== undefined) throw refuseFields([{ path: 'key', message: 'is a key of a stored provider: give its id' }]);
        const [beside] = id === undefined ? [] : Object.keys(unsaved);
        if (beside !== undefined)
          throw refuseFields([{ path: beside, message: 'cannot stand beside id: a stored provider is asked at its own address' }]);
        const fetched: FetchedModels =
          id === undefined ? await acts.fetchModelsOf(unsaved, call.signal) : await acts.fetchModels(id, key, call.signal);
        await recordAct(call, 'provider.fetch-models', 'provider', id ?? null);
        return { body: fetched };
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/:id/fetch-models`,
      access: 'providers:operate',
      summary: 'Ask a stored provider for its models, with the key that is named, else with its first enabled one.',
      params: IdParams,
      body: OneKey,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { id } = call.params;
        const fetched = await acts.fetchModels(id, call.body.key, call.signal);
        await recordAct(call, 'provider.fetch-models', 'provider', id);
        return { body: fetched };
      },
    }),
  ];
}

function listRoutes({ config, presets }: ProviderActParts['services']): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${BASE}/presets`,
      access: 'providers:read',
      summary: 'List the vendors that Headgate knows.',
      answers: { 200: pageSchema(AnyObject) },
      handle: async () => {
        const items = viewsOf(presets);
        return { body: { items, next: null, total: items.length } };
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${BASE}/export`,
      access: 'providers:read',
      summary: 'Providers as batch-import takes them, without keys and without values that may be secret; what that is stands in leftOut.',
      query: ExportQuery,
      answers: { 200: AnyObject },
      handle: async ({ query: asked }) => ({ body: exportProviders(config.view(), asked.enabled ?? 'all') }),
    }),
  ];
}

function viewsOf(presets: PresetCatalogue): readonly ReturnType<typeof viewPreset>[] {
  return [...presets.values()].map(viewPreset);
}

function importRoute(imports: ImportProviders): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: `${BASE}/batch-import`,
    access: 'providers:write',
    summary: 'Add many providers with one revision; those that are there already are skipped, and what is wrong with each of the others is told.',
    body: ImportBody,
    answers: { 200: AnyObject },
    handle: async (call) => {
      const { providers, skipExisting = true } = call.body;
      const reason = reasonOfCall(call, 'provider.import', `import ${providers.length} providers`);
      const { revision, result } = await imports.add(reason, providers, skipExisting);
      const { success, failed, skipped, errors, withoutKeys } = result;
      const keyless = withoutKeys.length === 0 ? '' : ` Without a key are ${withoutKeys.length} of them: enter those.`;
      const message = `Added ${success}, skipped ${skipped}, failed ${failed}.${keyless}`;
      return { body: { success: failed === 0, message, revision, results: { success, failed, skipped, errors }, withoutKeys } };
    },
  });
}
