import { Type, type TObject } from 'typebox';
import { ProviderKeySchema } from '../../config/schema/provider-key-schema.ts';
import { KEY_STANDING_STATES } from '../../ports/key-board.ts';
import { defineRoute, type AdminAnswer, type AdminRoute } from '../http/admin-route.ts';
import { etagOf, readIfMatch } from '../http/if-match.ts';
import { withIdempotency } from '../http/with-idempotency.ts';
import type { KeyView, ProviderKeys } from '../operations/provider-keys.ts';
import { reasonOfCall } from '../operations/reason-of-call.ts';
import type { RecordAct } from '../operations/record-act.ts';
import { AnyObject, CLOSED, IdParams, KeyParams, PageQueryFields, pageSchema, patchSchema, SearchField, without } from './contract/fields.ts';

const KeyBody = ProviderKeySchema.anyOf[1] as TObject;
const BASE = '/api/admin/providers/:id/keys';
const ListQuery = Type.Object({ ...PageQueryFields, q: SearchField, state: Type.Optional(Type.Enum([...KEY_STANDING_STATES])) }, CLOSED);
const BatchBody = Type.Object(
  {
    keys: Type.Union([Type.String({ maxLength: 10_000_000 }), Type.Array(Type.String({ maxLength: 8192 }), { maxItems: 100_000 })], {
      description: 'One secret a line, or a list of them.',
    }),
    ...(without(KeyBody, ['id', 'secret']).properties as Record<string, TObject>),
  },
  CLOSED,
);
const SuspendBody = Type.Object({ reason: Type.Optional(Type.String({ maxLength: 200 })) }, CLOSED);
const RotateBody = Type.Object({ secret: Type.String({ minLength: 1, maxLength: 65_536 }) }, CLOSED);

/** The keys of a provider: CRUD, batch, and what a person can do about one. */
export function providerKeyRoutes(keys: ProviderKeys, recordAct: RecordAct): readonly AdminRoute[] {
  return [...readingRoutes(keys), ...writingRoutes(keys), ...actingRoutes(keys, recordAct)];
}

function readingRoutes(keys: ProviderKeys): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: BASE,
      access: 'provider-keys:read',
      summary: 'List the keys of a provider with how each stands, why, and until when.',
      params: IdParams,
      query: ListQuery,
      answers: { 200: pageSchema(AnyObject) },
      handle: async ({ params, query }) => ({ body: keys.list(params.id, query) }),
    }),
    defineRoute({
      method: 'GET',
      path: `${BASE}/:key`,
      access: 'provider-keys:read',
      summary: 'A provider key with how it stands.',
      params: KeyParams,
      answers: { 200: AnyObject },
      handle: async ({ params }) => shown(keys.get(params.id, params.key)),
    }),
  ];
}

function writingRoutes(keys: ProviderKeys): readonly AdminRoute[] {
  return [
    withIdempotency(createRoute(keys)),
    defineRoute({
      method: 'POST',
      path: `${BASE}/batch`,
      access: 'provider-keys:write',
      summary: 'Add many keys at once; those that are there already are skipped, and each line that cannot be a key is told.',
      params: IdParams,
      body: BatchBody,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { keys: written, ...common } = call.body as { keys: string | readonly string[] } & Record<string, unknown>;
        const lines = typeof written === 'string' ? written.split(/\r?\n/u) : written;
        const reason = reasonOfCall(call, 'provider-key.batch', `add keys to ${call.params.id}`);
        const { revision, result } = await keys.createMany(reason, call.params.id, lines, common);
        return {
          body: { revision, added: result.added, skipped: result.skipped, failed: result.failed.length, failures: result.failed, ids: result.ids },
        };
      },
    }),
    updateRoute('PUT', keys),
    updateRoute('PATCH', keys),
    defineRoute({
      method: 'DELETE',
      path: `${BASE}/:key`,
      access: 'provider-keys:write',
      summary: 'Remove a key.',
      params: KeyParams,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { id, key } = call.params;
        const reason = reasonOfCall(call, 'provider-key.delete', `remove key ${key} of ${id}`);
        const { revision } = await keys.remove(reason, id, key, readIfMatch(call.headers));
        return { body: { success: true, revision } };
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/:key/rotate`,
      access: 'provider-keys:write',
      summary: 'Put a new secret into the place of a key’s; the next request uses it.',
      params: KeyParams,
      body: RotateBody,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { id, key } = call.params;
        await keys.update(reasonOfCall(call, 'provider-key.rotate', `rotate key ${key} of ${id}`), id, key, call.body, readIfMatch(call.headers));
        return shown(keys.wake(id, key));
      },
    }),
  ];
}

function createRoute(keys: ProviderKeys): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: BASE,
    access: 'provider-keys:write',
    summary: 'Add a key to a provider. Takes an Idempotency-Key.',
    params: IdParams,
    body: KeyBody,
    answers: { 201: AnyObject },
    handle: async (call) => {
      const { id } = call.params;
      const reason = reasonOfCall(call, 'provider-key.create', `add a key to ${id}`);
      const { result } = await keys.create(reason, id, call.body as Record<string, unknown>);
      return shown(keys.get(id, result), 201);
    },
  });
}

function updateRoute(method: 'PUT' | 'PATCH', keys: ProviderKeys): AdminRoute {
  return defineRoute({
    method,
    path: `${BASE}/:key`,
    access: 'provider-keys:write',
    summary: 'Change fields of a provider key; an empty secret keeps the one that is there.',
    params: KeyParams,
    body: patchSchema(without(KeyBody, ['id'])),
    answers: { 200: AnyObject },
    handle: async (call) => {
      const { id, key } = call.params;
      const reason = reasonOfCall(call, 'provider-key.update', `change key ${key} of ${id}`);
      await keys.update(reason, id, key, call.body as Record<string, unknown>, readIfMatch(call.headers));
      return shown(keys.get(id, key));
    },
  });
}

function actingRoutes(keys: ProviderKeys, recordAct: RecordAct): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${BASE}/:key/wake`,
      access: 'provider-keys:operate',
      summary: 'Make a key usable at once: its rests and its suspension are forgotten.',
      params: KeyParams,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { id, key } = call.params;
        const view = keys.wake(id, key);
        await recordAct(call, 'provider-key.wake', 'provider-key', `${id}/${key}`);
        return shown(view);
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/:key/suspend`,
      access: 'provider-keys:operate',
      summary: 'Take a key out of use until somebody wakes it.',
      params: KeyParams,
      body: SuspendBody,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { id, key } = call.params;
        const view = keys.suspend(id, key, call.body.reason ?? 'by a person');
        await recordAct(call, 'provider-key.suspend', 'provider-key', `${id}/${key}`);
        return shown(view);
      },
    }),
  ];
}

function shown(view: KeyView, status = 200): AdminAnswer {
  return { status, body: view, headers: { etag: etagOf(view.revision) } };
}
