import { Type, type TObject } from 'typebox';
import { ModelSchema } from '../../config/schema/model-schema.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../domain/protocol.ts';
import { defineRoute, type AdminAnswer, type AdminRoute } from '../http/admin-route.ts';
import { checkRequestPart } from '../http/check-request.ts';
import { etagOf, readIfMatch } from '../http/if-match.ts';
import { OperationError } from '../operation-error.ts';
import { fieldsOfEntry, type ModelFields } from '../operations/model-entry.ts';
import type { Models } from '../operations/models.ts';
import { reasonOfCall } from '../operations/reason-of-call.ts';
import type { RecordAct } from '../operations/record-act.ts';
import { AnyObject, ChangedSchema, CLOSED, IdParams, PageQueryFields, pageSchema, patchSchema, SearchField } from './contract/fields.ts';

const BASE = '/api/admin/models';
const ModelBody = ModelSchema.anyOf[1] as TObject;
const SLUG = Type.String({ minLength: 1, maxLength: 200 });
const ModelParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 500, description: 'provider/name, percent-encoded as one segment.' }) });
const CommonQuery = { ...PageQueryFields, q: SearchField, priced: Type.Optional(Type.Boolean({ description: 'Whether a price is known.' })) };
const ListQuery = Type.Object({ ...CommonQuery, provider: Type.Optional(SLUG) }, CLOSED);
const CreateBody = Type.Object({ provider: SLUG, ...ModelBody.properties }, CLOSED);
const BatchBody = Type.Object(
  {
    provider: SLUG,
    models: Type.Array(Type.Unknown(), { maxItems: 100_000, description: 'Each a name, or the fields of a model.' }),
  },
  CLOSED,
);
const TestBody = Type.Object(
  {
    key: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Default: the first enabled key that may serve the model.' })),
    protocol: Type.Optional(Type.Enum([...PROTOCOL_NAMES])),
  },
  CLOSED,
);

/** The models that providers list. */
export function modelRoutes(models: Models, recordAct: RecordAct): readonly AdminRoute[] {
  return [...readingRoutes(models), ...addingRoutes(models), ...changingRoutes(models), testRoute(models, recordAct)];
}

function readingRoutes(models: Models): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: BASE,
      access: 'models:read',
      summary: 'List the models of all providers with price and limits as they are in force.',
      query: ListQuery,
      answers: { 200: pageSchema(AnyObject) },
      handle: async ({ query }) => ({ body: models.list(query) }),
    }),
    defineRoute({
      method: 'GET',
      path: `${BASE}/by-provider/:id`,
      access: 'models:read',
      summary: 'List the models of a provider, and whether it takes other names as well.',
      params: IdParams,
      query: Type.Object(CommonQuery, CLOSED),
      answers: { 200: pageSchema(AnyObject) },
      handle: async ({ params, query }) => {
        const acceptsAnyModel = models.takesAnyModel(params.id);
        return { body: { ...models.list({ ...query, provider: params.id }), acceptsAnyModel } };
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${BASE}/:id`,
      access: 'models:read',
      summary: 'A model with price and limits as they are in force.',
      params: ModelParams,
      answers: { 200: AnyObject },
      handle: async ({ params }) => shown(models, params.id),
    }),
  ];
}

function addingRoutes(models: Models): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'POST',
      path: BASE,
      access: 'models:write',
      summary: 'Add a model to a provider. One that takes any name goes on doing so.',
      body: CreateBody,
      answers: { 201: AnyObject },
      handle: async (call) => {
        const { provider, ...fields } = call.body as { provider: string } & ModelFields;
        const { result } = await models.create(reasonOfCall(call, 'model.create', `add model ${fields.name} to ${provider}`), provider, fields);
        const { body, ...answer } = shown(models, result, 201);
        return { ...answer, body: { ...(body as object), ...openness(models, provider) } };
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/batch`,
      access: 'models:write',
      summary: 'Add many models to a provider; those that are there already are skipped, and each that cannot be one is told.',
      body: BatchBody,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const { provider, models: written } = call.body;
        const reason = reasonOfCall(call, 'model.batch', `add models to ${provider}`);
        const { revision, result } = await models.createMany(reason, provider, written.map(readModel));
        const { added, skipped, failed, ids } = result;
        return { body: { revision, added, skipped, failed: failed.length, failures: failed, ids, ...openness(models, provider) } };
      },
    }),
  ];
}

function changingRoutes(models: Models): readonly AdminRoute[] {
  const update = (method: 'PUT' | 'PATCH'): AdminRoute =>
    defineRoute({
      method,
      path: `${BASE}/:id`,
      access: 'models:write',
      summary: 'Change fields of a model: what is given is replaced whole, null takes a field away, what is absent stays.',
      params: ModelParams,
      body: patchSchema(ModelBody),
      answers: { 200: AnyObject },
      handle: async (call) => {
        const reason = reasonOfCall(call, 'model.update', `change model ${call.params.id}`);
        const { result } = await models.update(reason, call.params.id, call.body as Record<string, unknown>, readIfMatch(call.headers));
        return shown(models, result);
      },
    });
  return [
    update('PUT'),
    update('PATCH'),
    defineRoute({
      method: 'DELETE',
      path: `${BASE}/:id`,
      access: 'models:write',
      summary: 'Take a model out of the list of its provider; the only one of a provider that takes no other stays.',
      params: ModelParams,
      answers: { 200: ChangedSchema },
      handle: async (call) => {
        const { id } = call.params;
        const { revision } = await models.remove(reasonOfCall(call, 'model.delete', `remove model ${id}`), id, readIfMatch(call.headers));
        return { body: { success: true, revision } };
      },
    }),
  ];
}

function testRoute(models: Models, recordAct: RecordAct): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: `${BASE}/:id/test`,
    access: 'models:operate',
    summary: 'Ask the model for a word, which costs at most sixteen tokens.',
    params: ModelParams,
    body: TestBody,
    answers: { 200: AnyObject },
    handle: async (call) => {
      const { id } = call.params;
      const tested = await models.test(id, call.body as { key?: string; protocol?: ProtocolName }, call.signal);
      await recordAct(call, 'model.test', 'model', id);
      return { body: tested };
    },
  });
}

function shown(models: Models, id: string, status = 200): AdminAnswer {
  const view = models.get(id);
  return { status, body: view, headers: { etag: etagOf(view.revision) } };
}

function openness(models: Models, provider: string): { readonly acceptsAnyModel: boolean; readonly note?: string } {
  if (!models.takesAnyModel(provider)) return { acceptsAnyModel: false };
  return { acceptsAnyModel: true, note: 'The provider takes any other name as before; take "*" out of its models to end that.' };
}

function readModel(written: unknown): ModelFields | { readonly problem: string } {
  try {
    return fieldsOfEntry(checkRequestPart(ModelSchema, written, 'body') as Parameters<typeof fieldsOfEntry>[0]);
  } catch (error) {
    if (error instanceof OperationError) return { problem: error.message };
    throw error;
  }
}
