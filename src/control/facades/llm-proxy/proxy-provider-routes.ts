import { isDeepStrictEqual } from 'node:util';
import { Type } from 'typebox';
import { normaliseSecret } from '../../../config/normalise-secret.ts';
import type { ModelConfig, ProviderConfig } from '../../../config/schema/gateway-config-schema.ts';
import { AnyObject, IdParams } from '../../admin-api/contract/fields.ts';
import type { ControlServices } from '../../control-services.ts';
import { defineRoute, type AdminAnswer, type AdminRoute } from '../../http/admin-route.ts';
import { entriesOf } from '../../operations/model-entry.ts';
import { Providers } from '../../operations/providers.ts';
import { reasonOfCall } from '../../operations/reason-of-call.ts';
import { refuseFields } from '../../operations/refuse-fields.ts';
import { mainKeyOf } from '../main-key.ts';
import { slugOfOldId } from '../old-id.ts';
import { addressFields, flagOfQuery, modelsOfMapping, NO_FIELDS, shownProvider, StatusQuery } from './llm-proxy-shapes.ts';

type Body = Readonly<Record<string, unknown>>;

const BASE = '/admin/v1/providers';
const Fields = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
  provider_type: Type.Optional(Type.String({ maxLength: 64, description: 'openai, anthropic or gemini. Default openai.' })),
  api_base: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
  api_key: Type.Optional(Type.String({ maxLength: 65_536, description: 'Empty in a change: the one that is there.' })),
  model_mapping: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Public name to upstream name; empty: any.' })),
  weight: Type.Optional(Type.Number({ minimum: 1, maximum: 1_000_000 })),
  is_enabled: Type.Optional(Type.Boolean()),
};
const Id = Type.Optional(Type.String({ minLength: 1, maxLength: 200 }));
const CreateBody = Type.Object({ id: Id, provider_key: Id, ...Fields });
const PatchBody = Type.Object(Fields);

interface Written {
  readonly name?: string;
  readonly provider_type?: string;
  readonly api_base?: string;
  readonly api_key?: string;
  readonly model_mapping?: unknown;
  readonly weight?: number;
  readonly is_enabled?: boolean;
}

export function proxyProviderRoutes(services: ControlServices): readonly AdminRoute[] {
  return [...readingRoutes(services), createRoute(services), ...changingRoutes(services)];
}

function readingRoutes(services: ControlServices): readonly AdminRoute[] {
  const providers = new Providers(services);
  return [
    defineRoute({
      method: 'GET',
      path: BASE,
      access: 'providers:read',
      summary: 'llm-proxy: list providers.',
      answers: { 200: AnyObject },
      handle: async () => {
        const { items } = providers.list({ kind: 'llm', limit: Number.MAX_SAFE_INTEGER });
        return { body: { version: versionOf(services), providers: items.map((view) => shownProvider(view, services.presets)) } };
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${BASE}/:id`,
      access: 'providers:read',
      summary: 'llm-proxy: a provider.',
      params: IdParams,
      answers: { 200: AnyObject },
      handle: async ({ params }) => shown(services, slugOfOldId(params.id)),
    }),
  ];
}

function createRoute(services: ControlServices): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: BASE,
    access: 'providers:write',
    summary: 'llm-proxy: add a provider with its key.',
    body: CreateBody,
    answers: { 201: AnyObject },
    handle: async (call) => {
      const { id: plainId, provider_key: keyId, ...written } = call.body as Written & { id?: string; provider_key?: string };
      const oldId = plainId ?? keyId;
      const secret = normaliseSecret(written.api_key ?? '');
      if (oldId === undefined) throw refuseFields([{ path: 'id', message: 'is needed' }]);
      if (written.api_base === undefined) throw refuseFields([{ path: 'api_base', message: 'is needed' }]);
      if (secret === '') throw refuseFields([{ path: 'api_key', message: 'is needed' }]);
      const id = slugOfOldId(oldId);
      const name = id === oldId ? {} : { name: oldId };
      const fields = withoutNulls(fieldsOf({ provider_type: 'openai', ...written }, services, []));
      const config = { id, ...name, ...fields, keys: [{ id: 'key-1', secret }] } as ProviderConfig;
      await new Providers(services).create(reasonOfCall(call, 'provider.create', `add provider ${id}`), config);
      return shown(services, id, 201);
    },
  });
}

function changingRoutes(services: ControlServices): readonly AdminRoute[] {
  const providers = new Providers(services);
  return [
    defineRoute({
      method: 'PUT',
      path: `${BASE}/:id`,
      access: 'providers:write',
      summary: 'llm-proxy: change fields of a provider; another address needs its key again.',
      params: IdParams,
      body: PatchBody,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const id = slugOfOldId(call.params.id);
        const written = call.body as Written;
        const view = providers.get(id);
        if (Object.keys(written).length === 0) return NO_FIELDS;
        const fields = fieldsOf(changedFields(written, shownProvider(view, services.presets)), services, entriesOf(view));
        const secret = normaliseSecret(written.api_key ?? '');
        const keys = secret === '' ? {} : { keys: [{ id: mainKeyOf(services.config.view(), id) ?? 'key-1', secret }] };
        const reason = reasonOfCall(call, 'provider.update', `change provider ${id}`);
        const { revision } = await providers.update(reason, id, { ...fields, ...keys }, null);
        return { body: { version: revision, status: 'updated' } };
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: `${BASE}/:id/status`,
      access: 'providers:write',
      summary: 'llm-proxy: switch a provider on or off.',
      params: IdParams,
      query: StatusQuery,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const id = slugOfOldId(call.params.id);
        const enabled = flagOfQuery(call.query.enabled);
        const reason = reasonOfCall(call, 'provider.update', `switch provider ${id} ${enabled ? 'on' : 'off'}`);
        const { revision } = await providers.update(reason, id, { enabled }, null);
        return { body: { version: revision, is_enabled: enabled } };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `${BASE}/:id`,
      access: 'providers:write',
      summary: 'llm-proxy: remove a provider with its key.',
      params: IdParams,
      answers: {},
      handle: async (call) => {
        const id = slugOfOldId(call.params.id);
        await providers.remove(reasonOfCall(call, 'provider.delete', `remove provider ${id}`), id, null);
        return {};
      },
    }),
  ];
}

/** What is sent as it was shown is no change; the protocol stays where only the address is another one. */
function changedFields(written: Written, shown: Body): Written {
  const { provider_type: type, api_base: base, model_mapping: mapping, ...others } = written;
  const address = { provider_type: type ?? String(shown['provider_type']), api_base: base ?? String(shown['api_base']) };
  const isMoved = address.provider_type !== shown['provider_type'] || address.api_base !== shown['api_base'];
  const isRemapped = mapping !== undefined && !isDeepStrictEqual(mapping, shown['model_mapping']);
  return { ...others, ...(isMoved ? address : {}), ...(isRemapped ? { model_mapping: mapping } : {}) };
}

/** Fields of a provider, without its key; null takes one away. `known`: its models, whose figures stay. */
function fieldsOf(written: Written, { presets }: ControlServices, known: readonly ModelConfig[]): Body {
  const { name, provider_type: type, api_base: base, model_mapping: mapping, weight, is_enabled: enabled } = written;
  return {
    ...(name === undefined ? {} : { name }),
    ...(type === undefined || base === undefined ? {} : addressFields(type, base, presets)),
    ...(mapping === undefined ? {} : { models: modelsOfMapping(mapping, known) }),
    ...(weight === undefined ? {} : { weight }),
    ...(enabled === undefined ? {} : { enabled }),
  };
}

function withoutNulls(fields: Body): Body {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function shown(services: ControlServices, id: string, status = 200): AdminAnswer {
  const provider = shownProvider(new Providers(services).get(id), services.presets);
  return { status, body: { ...provider, version: versionOf(services), provider } };
}

function versionOf({ config }: ControlServices): number {
  return config.view().revision;
}
