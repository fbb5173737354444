import { Type, type TObject } from 'typebox';
import { VirtualKeySchema } from '../../config/schema/virtual-key-schema.ts';
import { defineRoute, type AdminAnswer, type AdminCall, type AdminRoute } from '../http/admin-route.ts';
import { etagOf, readIfMatch } from '../http/if-match.ts';
import { withIdempotency } from '../http/with-idempotency.ts';
import { OperationError } from '../operation-error.ts';
import { reasonOfCall } from '../operations/reason-of-call.ts';
import { VIEW_SORTS } from '../operations/sort-views.ts';
import { VIRTUAL_KEY_STATES } from '../operations/virtual-key-view.ts';
import { MOST_GRACE_SECONDS, USAGE_PERIODS, type VirtualKeys } from '../operations/virtual-keys.ts';
import { AnyObject, CLOSED, IdParams, PageQueryFields, pageSchema, patchSchema, SearchField, without } from './contract/fields.ts';

const BASE = '/api/admin/virtual-keys';
const { id: Id, secret: Secret, secretHash: SecretHash } = VirtualKeySchema.properties;
/** What the gateway keeps itself. */
const OWN_FIELDS = ['id', 'secret', 'secretHash', 'preview', 'previousSecretHash', 'previousUntil'];
const Fields = without(VirtualKeySchema, OWN_FIELDS);
const SecretFields = { secret: Secret, secretHash: SecretHash };

const ListQuery = Type.Object(
  {
    ...PageQueryFields,
    q: SearchField,
    state: Type.Optional(Type.Enum([...VIRTUAL_KEY_STATES])),
    sort: Type.Optional(Type.Enum([...VIEW_SORTS], { description: 'Default place: the order in which they were made.' })),
  },
  CLOSED,
);
const CreateBody = Type.Object({ id: Type.Optional(Id), ...SecretFields, ...propertiesOf(Fields) }, CLOSED);
const PatchBody = Type.Object(
  { secret: Type.Optional(Type.String({ maxLength: 512 })), secretHash: SecretHash, ...propertiesOf(patchSchema(Fields)) },
  CLOSED,
);
const RotateBody = Type.Object(
  {
    graceSeconds: Type.Optional(
      Type.Integer({ minimum: 0, maximum: MOST_GRACE_SECONDS, description: 'How long the secret of before works too. Default 0.' }),
    ),
    secret: Type.Optional(Type.String({ minLength: 1, maxLength: 512, description: 'The new secret; absent: one is made, and told once.' })),
  },
  CLOSED,
);
const ValidateBody = Type.Object(
  {
    customKey: Type.Optional(Type.String({ maxLength: 10_000, description: 'Could this be the secret of a new virtual key?' })),
    key: Type.Optional(Type.String({ maxLength: 10_000, description: 'Is this the secret of a virtual key that is served now?' })),
  },
  CLOSED,
);
const UsageQuery = Type.Object({ period: Type.Optional(Type.Enum([...USAGE_PERIODS], { description: 'Default 24h.' })) }, CLOSED);

/** The secrets that the gateway issues: CRUD, rotation, validation, and what each used. */
export function virtualKeyRoutes(keys: VirtualKeys): readonly AdminRoute[] {
  return [...readingRoutes(keys), ...writingRoutes(keys)];
}

function readingRoutes(keys: VirtualKeys): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: BASE,
      access: 'virtual-keys:read',
      summary: 'List virtual keys.',
      query: ListQuery,
      answers: { 200: pageSchema(AnyObject) },
      handle: async ({ query }) => ({ body: keys.list(query) }),
    }),
    defineRoute({
      method: 'GET',
      path: `${BASE}/:id`,
      access: 'virtual-keys:read',
      summary: 'A virtual key, without its secret.',
      params: IdParams,
      answers: { 200: AnyObject },
      handle: async ({ params }) => shown(keys, params.id),
    }),
    defineRoute({
      method: 'GET',
      path: `${BASE}/:id/usage`,
      access: 'own-usage',
      summary: 'What a virtual key used. A virtual key that signed in may ask for its own.',
      params: IdParams,
      query: UsageQuery,
      answers: { 200: AnyObject },
      handle: async ({ principal, params, query }) => {
        if (principal.kind === 'virtual-key' && principal.id !== params.id)
          throw new OperationError('forbidden', 'A virtual key sees what it used itself, and nothing else.');
        return { body: await keys.usage(params.id, query.period ?? '24h') };
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/validate`,
      access: 'virtual-keys:read',
      summary: 'Ask whether a text could be a new secret (customKey), or is one that is served now (key).',
      body: ValidateBody,
      answers: { 200: Type.Object({ valid: Type.Boolean(), message: Type.Optional(Type.String()) }) },
      handle: async ({ body: { customKey, key } }) => {
        if (customKey !== undefined && key === undefined) return { body: keys.validate(customKey) };
        if (key !== undefined && customKey === undefined) return { body: keys.validateIssued(key) };
        throw new OperationError('invalid_request', 'Send either customKey or key.');
      },
    }),
  ];
}

function writingRoutes(keys: VirtualKeys): readonly AdminRoute[] {
  return [
    withIdempotency(createRoute(keys)),
    updateRoute('PUT', keys),
    updateRoute('PATCH', keys),
    defineRoute({
      method: 'DELETE',
      path: `${BASE}/:id`,
      access: 'virtual-keys:write',
      summary: 'Remove a virtual key; its secret is refused from the next request on.',
      params: IdParams,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { id } = call.params;
        const { revision } = await keys.remove(reasonOfCall(call, 'virtual-key.delete', `remove virtual key ${id}`), id, readIfMatch(call.headers));
        return { body: { success: true, revision } };
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/:id/rotate`,
      access: 'virtual-keys:write',
      summary: 'Give a virtual key another secret. The one of before works for graceSeconds more; limits count both as one.',
      params: IdParams,
      body: RotateBody,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { id } = call.params;
        const reason = reasonOfCall(call, 'virtual-key.rotate', `rotate virtual key ${id}`);
        const { result } = await keys.rotate(reason, id, call.body, readIfMatch(call.headers));
        return shown(keys, id, 200, result);
      },
    }),
  ];
}

function createRoute(keys: VirtualKeys): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: BASE,
    access: 'virtual-keys:write',
    summary: 'Make a virtual key. Without a secret one is made, and told in this answer only. Takes an Idempotency-Key.',
    body: CreateBody,
    answers: { 201: AnyObject },
    handle: async (call) => {
      const body = call.body as Record<string, unknown>;
      const { result } = await keys.create(reasonOfCall(call, 'virtual-key.create', summaryOf(body)), body);
      return shown(keys, result.id, 201, { secret: result.secret });
    },
  });
}

function updateRoute(method: 'PUT' | 'PATCH', keys: VirtualKeys): AdminRoute {
  return defineRoute({
    method,
    path: `${BASE}/:id`,
    access: 'virtual-keys:write',
    summary: 'Change fields of a virtual key: what is given is replaced whole, null takes a field away, what is absent stays.',
    params: IdParams,
    body: PatchBody,
    answers: { 200: AnyObject },
    handle: async (call) => {
      const { id } = call.params;
      await keys.update(updateReason(call, id), id, call.body as Record<string, unknown>, readIfMatch(call.headers));
      return shown(keys, id);
    },
  });
}

function updateReason(call: Pick<AdminCall, 'principal' | 'address' | 'requestId'>, id: string): ReturnType<typeof reasonOfCall> {
  return reasonOfCall(call, 'virtual-key.update', `change virtual key ${id}`);
}

function summaryOf({ id, name }: Readonly<Record<string, unknown>>): string {
  const called = id ?? name;
  return typeof called === 'string' ? `add virtual key ${called}` : 'add a virtual key';
}

function shown(keys: VirtualKeys, id: string, status = 200, told: { readonly secret?: string | null } = {}): AdminAnswer {
  const view = keys.get(id);
  return { status, body: { ...view, ...told }, headers: { etag: etagOf(view.revision) } };
}

function propertiesOf(schema: TObject): Readonly<Record<string, TObject>> {
  return schema.properties as Readonly<Record<string, TObject>>;
}
