import { Type } from 'typebox';
import { AnyObject, IdParams } from '../../admin-api/contract/fields.ts';
import type { ControlServices } from '../../control-services.ts';
import { defineRoute, type AdminAnswer, type AdminRoute } from '../../http/admin-route.ts';
import { reasonOfCall } from '../../operations/reason-of-call.ts';
import { refuseFields } from '../../operations/refuse-fields.ts';
import { VirtualKeys } from '../../operations/virtual-keys.ts';
import { identifierOfOldId } from '../old-id.ts';
import { allowedModels, flagOfQuery, limitsOf, NO_FIELDS, shownKey, StatusQuery } from './llm-proxy-shapes.ts';

type Body = Readonly<Record<string, unknown>>;

/** What the same thing was called, early and late: in the path, in a list, and alone. */
interface Words {
  readonly base: string;
  readonly list: string;
  readonly one: string;
}

const NAMES: readonly Words[] = [
  { base: '/admin/v1/master-keys', list: 'keys', one: 'key' },
  { base: '/admin/v1/credentials', list: 'credentials', one: 'credential' },
];
const Rate = Type.Number({ minimum: 0, maximum: 1_000_000 });
const Fields = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
  key: Type.Optional(Type.String({ maxLength: 512, description: 'Empty in a change: the one that is there.' })),
  allowed_models: Type.Optional(
    Type.Union([Type.Array(Type.String({ maxLength: 256 })), Type.Null()], { description: 'Empty, null or ["*"]: all.' }),
  ),
  rate_limit: Type.Optional(
    Type.Union(
      [
        Rate,
        Type.Object({ requests_per_second: Rate, burst_size: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })) }),
        Type.Null(),
      ],
      { description: 'Requests a second. 0 blocks; absent or null is unlimited.' },
    ),
  ),
  is_enabled: Type.Optional(Type.Boolean()),
};
const PatchBody = Type.Object(Fields);
const CreateBody = Type.Object({ id: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })), ...Fields });

interface Written {
  readonly name?: string;
  readonly key?: string;
  readonly allowed_models?: readonly string[] | null;
  readonly rate_limit?: unknown;
  readonly is_enabled?: boolean;
}

/** Virtual keys as llm-proxy knows them, under both of their names. */
export function masterKeyRoutes(services: ControlServices): readonly AdminRoute[] {
  return NAMES.flatMap((words) => [
    ...readingRoutes(services, words),
    createRoute(services, words),
    ...changingRoutes(services, words),
    ...endingRoutes(services, words),
  ]);
}

function readingRoutes(services: ControlServices, { base, list, one }: Words): readonly AdminRoute[] {
  const keys = new VirtualKeys(services);
  return [
    defineRoute({
      method: 'GET',
      path: base,
      access: 'virtual-keys:read',
      summary: 'llm-proxy: list master keys, without their secrets.',
      answers: { 200: AnyObject },
      handle: async () => {
        const { items } = keys.list({ limit: Number.MAX_SAFE_INTEGER });
        return { body: { version: services.config.view().revision, [list]: items.map(shownKey) } };
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/:id`,
      access: 'virtual-keys:read',
      summary: 'llm-proxy: a master key, without its secret.',
      params: IdParams,
      answers: { 200: AnyObject },
      handle: async ({ params }) => shown(services, identifierOfOldId(params.id), one),
    }),
  ];
}

function createRoute(services: ControlServices, { base, one }: Words): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: base,
    access: 'virtual-keys:write',
    summary: 'llm-proxy: add a master key with a secret that the caller chose.',
    body: CreateBody,
    answers: { 201: AnyObject },
    handle: async (call) => {
      const { id: oldId, ...written } = call.body as Written & { id?: string };
      const secret = written.key?.trim() ?? '';
      if (secret === '') throw refuseFields([{ path: 'key', message: 'is needed' }]);
      const id = oldId === undefined ? {} : { id: identifierOfOldId(oldId) };
      const fields = withoutNulls(fieldsOf({ name: oldId ?? 'master key', ...written }, {}));
      const reason = reasonOfCall(call, 'virtual-key.create', `add virtual key ${id.id ?? String(fields['name'])}`);
      const { result } = await new VirtualKeys(services).create(reason, { ...id, ...fields, secret });
      return shown(services, result.id, one, 201);
    },
  });
}

function changingRoutes(services: ControlServices, { base }: Words): readonly AdminRoute[] {
  const keys = new VirtualKeys(services);
  return [
    defineRoute({
      method: 'PUT',
      path: `${base}/:id`,
      access: 'virtual-keys:write',
      summary: 'llm-proxy: change fields of a master key.',
      params: IdParams,
      body: PatchBody,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const id = identifierOfOldId(call.params.id);
        const written = call.body as Written;
        const { limits = {} } = keys.get(id);
        if (Object.keys(written).length === 0) return NO_FIELDS;
        const secret = written.key === undefined ? {} : { secret: written.key.trim() };
        const reason = reasonOfCall(call, 'virtual-key.update', `change virtual key ${id}`);
        const { revision } = await keys.update(reason, id, { ...fieldsOf(written, limits), ...secret }, null);
        return { body: { version: revision, status: 'updated' } };
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: `${base}/:id/status`,
      access: 'virtual-keys:write',
      summary: 'llm-proxy: switch a master key on or off.',
      params: IdParams,
      query: StatusQuery,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const id = identifierOfOldId(call.params.id);
        const enabled = flagOfQuery(call.query.enabled);
        const reason = reasonOfCall(call, 'virtual-key.update', `switch virtual key ${id} ${enabled ? 'on' : 'off'}`);
        const { revision } = await keys.update(reason, id, { enabled }, null);
        return { body: { version: revision, is_enabled: enabled } };
      },
    }),
  ];
}

function endingRoutes(services: ControlServices, { base }: Words): readonly AdminRoute[] {
  const keys = new VirtualKeys(services);
  return [
    defineRoute({
      method: 'POST',
      path: `${base}/:id/rotate`,
      access: 'virtual-keys:write',
      summary: 'llm-proxy: give a master key another secret, told in this answer only.',
      params: IdParams,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const id = identifierOfOldId(call.params.id);
        const { revision, result } = await keys.rotate(reasonOfCall(call, 'virtual-key.rotate', `rotate virtual key ${id}`), id, {});
        return { body: { version: revision, new_key: result.secret, message: 'Keep the new key: it is shown this once.' } };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `${base}/:id`,
      access: 'virtual-keys:write',
      summary: 'llm-proxy: remove a master key.',
      params: IdParams,
      answers: {},
      handle: async (call) => {
        const id = identifierOfOldId(call.params.id);
        await keys.remove(reasonOfCall(call, 'virtual-key.delete', `remove virtual key ${id}`), id, null);
        return {};
      },
    }),
  ];
}

/** Fields of a virtual key, without its secret; null takes one away. */
function fieldsOf({ name, allowed_models: models, rate_limit: rate, is_enabled: enabled }: Written, limits: Body): Body {
  return {
    ...(name === undefined ? {} : { name }),
    ...(models === undefined ? {} : { models: allowedModels(models ?? []) }),
    ...(rate === undefined ? {} : { limits: limitsOf(rate, limits) }),
    ...(enabled === undefined ? {} : { enabled }),
  };
}

function withoutNulls(fields: Body): Body {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function shown(services: ControlServices, id: string, one: string, status = 200): AdminAnswer {
  const key = shownKey(new VirtualKeys(services).get(id));
  return { status, body: { ...key, version: services.config.view().revision, [one]: key } };
}
