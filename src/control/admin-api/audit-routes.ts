import { Type } from 'typebox';
import { defineRoute, type AdminRoute } from '../http/admin-route.ts';
import type { Audit } from '../operations/audit.ts';
import { WindowFields } from './contract/exchange-fields.ts';
import { CLOSED, PageQueryFields } from './contract/fields.ts';

const Word = Type.Optional(Type.String({ minLength: 1, maxLength: 191 }));
const ListQuery = Type.Object(
  {
    ...PageQueryFields,
    ...WindowFields,
    actor: Type.Optional(Type.String({ minLength: 1, maxLength: 191, description: 'Id of who did it.' })),
    action: Type.Optional(Type.String({ minLength: 1, maxLength: 191, description: 'As `provider.create`.' })),
    subjectKind: Word,
    subjectId: Word,
    q: Type.Optional(Type.String({ maxLength: 200, description: 'Stands somewhere in who, what, on what, or the changes.' })),
  },
  CLOSED,
);
const Text = Type.Union([Type.String(), Type.Null()]);
const Entry = Type.Object({
  id: Type.String(),
  atMs: Type.Integer(),
  actorKind: Type.Enum(['user', 'admin-token', 'machine', 'virtual-key', 'nobody']),
  actorId: Text,
  actorName: Text,
  address: Text,
  requestId: Text,
  action: Type.String(),
  subjectKind: Type.String(),
  subjectId: Text,
  revision: Type.Union([Type.Integer(), Type.Null()]),
  changes: Type.Array(Type.Object({ path: Type.String(), before: Type.Unknown(), after: Type.Unknown() }), {
    description: 'Field by field; secrets are masked.',
  }),
});

/** Who did what. */
export function auditRoutes(audit: Audit): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/admin/audit',
      access: 'audit:read',
      summary: 'List what was done in the administration, newest first.',
      query: ListQuery,
      answers: { 200: Type.Object({ items: Type.Array(Entry), next: Text }) },
      handle: async ({ query }) => ({ body: await audit.list(query) }),
    }),
  ];
}
