import { Type } from 'typebox';
import { ProviderSchema } from '../../config/schema/provider-schema.ts';
import type { ProviderConfig } from '../../config/schema/gateway-config-schema.ts';
import { defineRoute, type AdminAnswer, type AdminRoute } from '../http/admin-route.ts';
import { etagOf, readIfMatch } from '../http/if-match.ts';
import { withIdempotency } from '../http/with-idempotency.ts';
import type { Providers, ProviderView } from '../operations/providers.ts';
import { reasonOfCall } from '../operations/reason-of-call.ts';
import { AnyObject, CLOSED, IdParams, PageQueryFields, pageSchema, patchSchema, SearchField } from './contract/fields.ts';

const SORTS = ['place', 'id', '-id', 'name', '-name', 'updated', '-updated'] as const;
const ListQuery = Type.Object(
  {
    ...PageQueryFields,
    q: SearchField,
    enabled: Type.Optional(Type.Boolean()),
    preset: Type.Optional(Type.String({ maxLength: 64 })),
    kind: Type.Optional(Type.Enum(['llm', 'rest'])),
    sort: Type.Optional(Type.Enum(SORTS, { description: 'Default place: the order in which they are tried.' })),
  },
  CLOSED,
);
const PatchBody = patchSchema(ProviderSchema, ['id']);
const ProviderPage = pageSchema(AnyObject);

/** CRUD of providers. */
export function providerRoutes(providers: Providers): readonly AdminRoute[] {
  const update = (method: 'PUT' | 'PATCH'): AdminRoute =>
    defineRoute({
      method,
      path: '/api/admin/providers/:id',
      access: 'providers:write',
      summary:
        'Change fields of a provider: what is given is replaced whole, null takes a field away, what is absent stays. `keys` adds keys, or gives the secrets of those that are there again.',
      params: IdParams,
      body: PatchBody,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { id } = call.params;
        const reason = reasonOfCall(call, 'provider.update', `change provider ${id}`);
        await providers.update(reason, id, call.body as Record<string, unknown>, readIfMatch(call.headers));
        return shown(providers.get(id));
      },
    });
  return [
    defineRoute({
      method: 'GET',
      path: '/api/admin/providers',
      access: 'providers:read',
      summary: 'List providers with how they and their keys stand.',
      query: ListQuery,
      answers: { 200: ProviderPage },
      handle: async ({ query }) => ({ body: providers.list(query) }),
    }),
    withIdempotency(createRoute(providers)),
    defineRoute({
      method: 'GET',
      path: '/api/admin/providers/:id',
      access: 'providers:read',
      summary: 'A provider with how it stands.',
      params: IdParams,
      answers: { 200: AnyObject },
      handle: async ({ params }) => shown(providers.get(params.id)),
    }),
    update('PUT'),
    update('PATCH'),
    defineRoute({
      method: 'DELETE',
      path: '/api/admin/providers/:id',
      access: 'providers:write',
      summary: 'Remove a provider with its keys.',
      params: IdParams,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { id } = call.params;
        const { revision } = await providers.remove(reasonOfCall(call, 'provider.delete', `remove provider ${id}`), id, readIfMatch(call.headers));
        return { body: { success: true, revision } };
      },
    }),
  ];
}

function createRoute(providers: Providers): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/admin/providers',
    access: 'providers:write',
    summary: 'Add a provider, with its keys if they are at hand. Takes an Idempotency-Key.',
    body: ProviderSchema,
    answers: { 201: AnyObject },
    handle: async (call) => {
      const body = call.body as ProviderConfig;
      const { result } = await providers.create(reasonOfCall(call, 'provider.create', `add provider ${body.id}`), body);
      return shown(providers.get(result), 201);
    },
  });
}

function shown(view: ProviderView, status = 200): AdminAnswer {
  return { status, body: view, headers: { etag: etagOf(view.revision) } };
}
