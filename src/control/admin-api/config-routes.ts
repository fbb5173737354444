import { Type } from 'typebox';
import { writeYaml } from '../../config/write-yaml.ts';
import { mayDo } from '../../security/roles/may-do.ts';
import type { ConfigService } from '../config/config-service.ts';
import { defineRoute, type AdminCall, type AdminRoute } from '../http/admin-route.ts';
import { etagOf, readIfMatch } from '../http/if-match.ts';
import { OperationError } from '../operation-error.ts';
import { exportConfig, EXPORT_SECRETS } from '../operations/config-export.ts';
import { toldPlan, type ConfigHistory } from '../operations/config-history.ts';
import { IMPORT_MODES, type ConfigImports, type ImportMode, type ImportOrder } from '../operations/config-import.ts';
import { reasonOfCall } from '../operations/reason-of-call.ts';
import type { RecordAct } from '../operations/record-act.ts';
import { AnyObject, CLOSED, PageQueryFields, pageSchema } from './contract/fields.ts';

const BASE = '/api/admin/config';
const RevisionNumber = Type.Integer({ minimum: 0, maximum: 1_000_000_000 });
const NumberParams = Type.Object({ number: RevisionNumber });
const RollbackBody = Type.Object({ revision: RevisionNumber }, CLOSED);
const ListQuery = Type.Object(
  { limit: PageQueryFields.limit, cursor: Type.Optional(Type.Integer({ minimum: 1, description: '`next` of the page before.' })) },
  CLOSED,
);
const ExportQuery = Type.Object(
  {
    format: Type.Optional(Type.Enum(['yaml', 'json'], { description: 'Default yaml.' })),
    secrets: Type.Optional(
      Type.Enum([...EXPORT_SECRETS], {
        description: 'omit: placeholders stand for them. sealed, for those with config:write: they open in this installation. Default omit.',
      }),
    ),
  },
  CLOSED,
);
const ImportQuery = Type.Object(
  { mode: Type.Optional(Type.Enum([...IMPORT_MODES], { description: 'replace: what is not named goes away. merge: it stays. Default replace.' })) },
  CLOSED,
);
const ImportBody = Type.Unknown({ description: 'A whole configuration: JSON, or YAML with the content type application/yaml.' });

export interface ConfigRouteParts {
  readonly config: ConfigService;
  readonly history: ConfigHistory;
  readonly imports: ConfigImports;
  readonly recordAct: RecordAct;
}

/** The configuration as a whole: which one is in force, export, import, revisions and the way back. */
export function configRoutes(parts: ConfigRouteParts): readonly AdminRoute[] {
  return [...standingRoutes(parts), exportRoute(parts), ...importRoutes(parts), ...revisionRoutes(parts), ...rollbackRoutes(parts)];
}

function standingRoutes({ history }: ConfigRouteParts): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${BASE}/version`,
      access: 'config:read',
      summary: 'Which revision of the configuration is in force, where it lives, and what keeps a newer one from being so.',
      answers: { 200: AnyObject },
      handle: async () => {
        const version = await history.version();
        return { body: version, headers: { etag: etagOf(version.revision) } };
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/reload`,
      access: 'config:operate',
      summary: 'Take in now what other processes changed.',
      answers: { 200: AnyObject },
      handle: async () => ({ body: await history.reload() }),
    }),
  ];
}

function exportRoute({ config, recordAct }: ConfigRouteParts): AdminRoute {
  return defineRoute({
    method: 'GET',
    path: `${BASE}/export`,
    access: 'config:read',
    summary: 'The configuration as a file. Secrets are left out, or sealed for this installation.',
    query: ExportQuery,
    answers: { 200: Type.Unknown() },
    handle: async (call) => {
      const { format = 'yaml', secrets = 'omit' } = call.query;
      if (secrets === 'sealed') {
        if (!maySeal(call)) throw new OperationError('forbidden', 'Sealed secrets need the right config:write.');
        await recordAct(call, 'config.export', 'config', null);
      }
      const exported = await exportConfig(config, secrets);
      if (format === 'json') return { body: exported };
      return { body: writeYaml(exported), headers: { 'content-type': 'application/yaml; charset=utf-8' } };
    },
  });
}

function importRoutes({ imports }: ConfigRouteParts): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${BASE}/plan`,
      access: 'config:read',
      summary: 'What an import would change, and who would lose what. Nothing is done.',
      query: ImportQuery,
      body: ImportBody,
      answers: { 200: AnyObject },
      handle: async (call) => ({ body: toldPlan(await imports.plan(orderOf(call))) }),
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/import`,
      access: 'config:write',
      summary:
        'Bring in a whole configuration. Placeholders of an export keep what is stored, sealed secrets of this installation open. If-Match: the revision that was planned on.',
      query: ImportQuery,
      body: ImportBody,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const order = orderOf(call);
        const { revision, changes } = await imports.apply(reasonOfCall(call, 'config.import', `import a configuration (${order.mode})`), order);
        return { body: { revision, changes } };
      },
    }),
  ];
}

function revisionRoutes({ history }: ConfigRouteParts): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${BASE}/revisions`,
      access: 'config:read',
      summary: 'List revisions, newest first: who changed how much, when and what for.',
      query: ListQuery,
      answers: { 200: pageSchema(AnyObject) },
      handle: async ({ query }) => ({ body: await history.list(query) }),
    }),
    defineRoute({
      method: 'GET',
      path: `${BASE}/revisions/:number`,
      access: 'config:read',
      summary: 'A revision with what it changed, field by field, without secrets.',
      params: NumberParams,
      answers: { 200: AnyObject },
      handle: async ({ params }) => ({ body: await history.get(params.number) }),
    }),
  ];
}

function rollbackRoutes({ history }: ConfigRouteParts): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${BASE}/plan-rollback`,
      access: 'config:read',
      summary: 'What going back to a revision would change, and who would lose what. Nothing is done.',
      body: RollbackBody,
      answers: { 200: AnyObject },
      handle: async ({ body }) => ({ body: await history.planRollback(body.revision) }),
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/rollback`,
      access: 'config:write',
      summary: 'Make the configuration what it was at a revision, as a new revision; sealed secrets come back with it.',
      body: RollbackBody,
      answers: { 200: AnyObject },
      handle: async (call) => {
        const to = call.body.revision;
        const { revision, changes } = await history.rollback(reasonOfCall(call, 'config.rollback', `roll back to revision ${to}`), to);
        return { body: { revision, changes } };
      },
    }),
  ];
}

function orderOf({ query, body, headers }: Pick<AdminCall<unknown, { readonly mode?: ImportMode }>, 'query' | 'body' | 'headers'>): ImportOrder {
  // Whoever calls is not at this machine: its variables are not theirs.
  return { written: body, source: 'import', mode: query.mode ?? 'replace', environment: null, ifMatch: readIfMatch(headers) };
}

function maySeal({ principal }: Pick<AdminCall, 'principal'>): boolean {
  return 'role' in principal && mayDo(principal.role, 'config:write');
}
