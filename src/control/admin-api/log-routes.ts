import { Type } from 'typebox';
import type { ControlServices } from '../control-services.ts';
import { defineRoute, type AdminRoute } from '../http/admin-route.ts';
import { LOG_LEVELS, readLog } from '../operations/log-lines.ts';
import { readStatus } from '../operations/process-status.ts';
import { AnyObject, CLOSED } from './contract/fields.ts';

const LogQuery = Type.Object(
  {
    level: Type.Optional(Type.Enum([...LOG_LEVELS], { description: 'This one and what is graver.' })),
    q: Type.Optional(Type.String({ maxLength: 200, description: 'Words that all have to stand in the line, whatever the case.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Default 200.' })),
  },
  CLOSED,
);
const Text = Type.Union([Type.String(), Type.Null()]);
const Count = Type.Integer();
const Status = Type.Object({
  version: Type.String(),
  startedAtMs: Count,
  uptimeSeconds: Count,
  config: Type.Object({ source: AnyObject, revision: Count, problem: Text }),
  journal: AnyObject,
  waiting: Type.Integer({ description: 'Requests that wait for a key.' }),
  listeners: Type.Integer({ description: 'Of the live events.' }),
  providers: Type.Object({ total: Count, enabled: Count, withoutUsableKey: Count }),
  keys: Type.Object({ ready: Count, resting: Count, suspended: Count, disabled: Count }),
  problems: Type.Array(
    Type.Object({
      kind: Type.Enum(['configuration', 'ledger', 'provider', 'model', 'key', 'waiting-room']),
      severity: Type.Enum(['error', 'warning']),
      what: Type.String(),
      why: Type.String(),
      untilMs: Type.Union([Count, Type.Null()], { description: 'Null: nobody knows, or somebody has to mend it.' }),
      provider: Text,
      key: Text,
      model: Text,
    }),
  ),
  problemsLeftOut: Count,
});

/** How the process stands, and what it wrote to its log. */
export function logRoutes(services: ControlServices, listeners: () => number): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/admin/status',
      access: 'stats:read',
      summary: 'How the gateway stands, and everything that is not as it should be: what, why and until when.',
      answers: { 200: Status },
      handle: async () => ({ body: { ...readStatus(services), listeners: listeners() } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/admin/logs',
      access: 'logs:read',
      summary: 'The latest lines that this process wrote to its log, newest first; at most a thousand are kept.',
      query: LogQuery,
      answers: { 200: Type.Object({ items: Type.Array(AnyObject) }) },
      handle: async ({ query }) => ({ body: { items: readLog(services, query) } }),
    }),
  ];
}
