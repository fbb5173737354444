import { Type } from 'typebox';
import type { UserRecord } from '../../security/accounts/user-record.ts';
import { ROLES } from '../../security/roles/role.ts';
import type { ConsoleAuth } from '../console-auth/console-auth.ts';
import type { UserEditor } from '../console-auth/user-directory.ts';
import { defineRoute, type AdminCall, type AdminRoute } from '../http/admin-route.ts';
import { OperationError } from '../operation-error.ts';
import { originOf } from './session-answer.ts';

const USUAL_LIMIT = 100;

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Role = Type.Enum([...ROLES]);
const Password = Type.String({ maxLength: 1024 });
const Name = Type.String({ maxLength: 128, description: '3 to 32 letters, digits, dots, hyphens and underscores.' });
const User = Type.Object({
  id: Type.String(),
  username: Type.String(),
  role: Role,
  enabled: Type.Boolean(),
  hasPassword: Type.Boolean(),
  identityProvider: Type.Boolean({ description: 'Signs in through the identity provider.' }),
  secondFactor: Type.Boolean(),
  createdAt: Type.String({ description: 'ISO 8601.' }),
  lastLoginAt: Type.Union([Type.String(), Type.Null()]),
});
const NoContent = { 204: Type.Object({}) };

/** Users and their roles, for admins. */
export function userRoutes(auth: ConsoleAuth): readonly AdminRoute[] {
  return [
    listUsers(auth, '/api/admin/users'),
    listUsers(auth, '/api/auth/users'),
    createUser(auth),
    getUser(auth),
    updateUser(auth),
    deleteUser(auth),
    resetPassword(auth),
    resetSecondFactor(auth),
  ];
}

function listUsers({ users }: ConsoleAuth, path: string): AdminRoute {
  return defineRoute({
    method: 'GET',
    path,
    access: 'users:read',
    summary: 'All users, by name',
    query: Type.Object(
      {
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
        cursor: Type.Optional(Name),
        search: Type.Optional(Type.String({ maxLength: 128 })),
      },
      { additionalProperties: false },
    ),
    answers: { 200: Type.Object({ items: Type.Array(User), next: Type.Union([Type.String(), Type.Null()]) }) },
    handle: async ({ query: { limit = USUAL_LIMIT, cursor = null, search = null } }) => {
      const found = await users.list(limit + 1, cursor, search);
      const page = found.slice(0, limit);
      return { body: { items: page.map(viewOf), next: found.length > limit ? (page.at(-1)?.name ?? null) : null } };
    },
  });
}

function createUser({ users }: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/admin/users',
    access: 'users:write',
    summary: 'Make a user with a first password',
    body: Type.Object({ username: Name, password: Password, role: Role }, { additionalProperties: false }),
    answers: { 201: User },
    handle: async (call) => ({ status: 201, body: viewOf(await users.create(editorOf(call), call.body)) }),
  });
}

function getUser({ users }: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/users/:id',
    access: 'users:read',
    summary: 'One user',
    params: Id,
    answers: { 200: User },
    handle: async ({ params }) => ({ body: viewOf(await users.get(params.id)) }),
  });
}

function updateUser({ users }: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'PATCH',
    path: '/api/admin/users/:id',
    access: 'users:write',
    summary: 'Rename a user, change their role, or shut them out; a change of role or state ends their sessions',
    params: Id,
    body: Type.Object(
      { username: Type.Optional(Name), role: Type.Optional(Role), enabled: Type.Optional(Type.Boolean()) },
      { additionalProperties: false },
    ),
    answers: { 200: User },
    handle: async (call) => ({ body: viewOf(await users.update(editorOf(call), call.params.id, call.body)) }),
  });
}

function deleteUser({ users }: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'DELETE',
    path: '/api/admin/users/:id',
    access: 'users:write',
    summary: 'Delete a user and end their sessions',
    params: Id,
    answers: NoContent,
    handle: async (call) => {
      await users.delete(editorOf(call), call.params.id);
      return {};
    },
  });
}

function resetPassword({ users }: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/admin/users/:id/password',
    access: 'users:write',
    summary: 'Give somebody else a new password and end their sessions',
    params: Id,
    body: Type.Object({ password: Password }, { additionalProperties: false }),
    answers: NoContent,
    handle: async (call) => {
      await users.resetPassword(editorOf(call), call.params.id, call.body.password);
      return {};
    },
  });
}

function resetSecondFactor({ users }: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'DELETE',
    path: '/api/admin/users/:id/totp',
    access: 'users:write',
    summary: 'Take the second factor off somebody else, who lost it, and end their sessions',
    params: Id,
    answers: NoContent,
    handle: async (call) => {
      await users.resetSecondFactor(editorOf(call), call.params.id);
      return {};
    },
  });
}

/** @throws {OperationError} `forbidden`: only those with a role edit. */
function editorOf(call: Pick<AdminCall, 'principal' | 'address' | 'requestId' | 'headers'>): UserEditor {
  const { principal } = call;
  if (principal.kind === 'nobody' || principal.kind === 'virtual-key') throw new OperationError('forbidden', 'Only admins change users.');
  return { by: principal, origin: originOf(call) };
}

function viewOf(user: UserRecord): object {
  const { id, name, role, isEnabled, passwordHash, identity, secondFactor, createdAtMs, lastLoginAtMs } = user;
  return {
    id,
    username: name,
    role,
    enabled: isEnabled,
    hasPassword: passwordHash !== null,
    identityProvider: identity !== null,
    secondFactor: secondFactor?.isConfirmed === true,
    createdAt: new Date(createdAtMs).toISOString(),
    lastLoginAt: lastLoginAtMs === null ? null : new Date(lastLoginAtMs).toISOString(),
  };
}
