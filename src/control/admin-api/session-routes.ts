import { Type } from 'typebox';
import type { SessionPlace } from '../../security/sessions/session-archive.ts';
import type { SessionRecord } from '../../security/sessions/session-record.ts';
import type { ConsoleAuth } from '../console-auth/console-auth.ts';
import { defineRoute, type AdminRoute } from '../http/admin-route.ts';
import { OperationError } from '../operation-error.ts';
import { ownCallOf } from './own-call.ts';
import { originOf } from './session-answer.ts';

const USUAL_LIMIT = 100;

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Session = {
  id: Type.String(),
  kind: Type.Enum(['cookie', 'token']),
  startedAt: Type.String({ description: 'ISO 8601.' }),
  lastSeenAt: Type.String({ description: 'ISO 8601; at most a minute old.' }),
  address: Type.String(),
  userAgent: Type.String(),
  isCurrent: Type.Boolean(),
};

/** Sessions: one's own, and for admins everybody's. */
export function sessionRoutes(auth: ConsoleAuth): readonly AdminRoute[] {
  return [listOwn(auth), revokeOwn(auth), listAll(auth), revoke(auth), revokeOfUser(auth)];
}

function listOwn(auth: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/auth/sessions',
    access: 'signed-in',
    summary: 'Where you are signed in',
    answers: { 200: Type.Object({ items: Type.Array(Type.Object(Session)) }) },
    handle: async (call) => {
      const { principal, session: current } = await ownCallOf(auth, call);
      const sessions = await auth.sessions.listOfUser(principal.id);
      return { body: { items: sessions.map((session) => viewOf(session, current.id)) } };
    },
  });
}

function revokeOwn(auth: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'DELETE',
    path: '/api/auth/sessions/:id',
    access: 'signed-in',
    summary: 'Sign out somewhere else',
    params: Id,
    answers: { 204: Type.Object({}) },
    handle: async (call) => {
      const { principal, origin } = await ownCallOf(auth, call);
      await auth.sessions.revokeOwn(principal, call.params.id, origin);
      return {};
    },
  });
}

function listAll({ sessions }: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/sessions',
    access: 'sessions:read',
    summary: 'Who is signed in, the latest first; a page may hold fewer than asked for and not be the last',
    query: Type.Object(
      { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })), cursor: Type.Optional(Type.String({ maxLength: 200 })) },
      { additionalProperties: false },
    ),
    answers: {
      200: Type.Object({
        items: Type.Array(Type.Object({ ...Session, userId: Type.String(), username: Type.String() })),
        next: Type.Union([Type.String(), Type.Null()]),
      }),
    },
    handle: async ({ query, principal }) => {
      const page = await sessions.list(query.limit ?? USUAL_LIMIT, query.cursor === undefined ? null : readPlace(query.cursor));
      const currentId = principal.kind === 'user' ? principal.sessionId : '';
      const items = page.items.map(({ session, userName }) => ({ ...viewOf(session, currentId), userId: session.userId, username: userName }));
      return { body: { items, next: page.next === null ? null : writePlace(page.next) } };
    },
  });
}

function revoke({ sessions }: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'DELETE',
    path: '/api/admin/sessions/:id',
    access: 'sessions:write',
    summary: 'End a session of anybody',
    params: Id,
    answers: { 204: Type.Object({}) },
    handle: async (call) => {
      await sessions.revoke(call.principal, call.params.id, originOf(call));
      return {};
    },
  });
}

function revokeOfUser({ sessions, users }: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'DELETE',
    path: '/api/admin/users/:id/sessions',
    access: 'sessions:write',
    summary: 'End all sessions of a user',
    params: Id,
    answers: { 204: Type.Object({}) },
    handle: async (call) => {
      const { id } = await users.get(call.params.id);
      await sessions.revokeAll(call.principal, id, originOf(call));
      return {};
    },
  });
}

function viewOf({ id, kind, startedAtMs, lastSeenAtMs, address, userAgent }: SessionRecord, currentId: string): object {
  return {
    id,
    kind: kind === 'refresh' ? 'token' : kind,
    startedAt: new Date(startedAtMs).toISOString(),
    lastSeenAt: new Date(lastSeenAtMs).toISOString(),
    address,
    userAgent,
    isCurrent: id === currentId,
  };
}

function writePlace({ startedAtMs, id }: SessionPlace): string {
  return `${startedAtMs}.${id}`;
}

function readPlace(cursor: string): SessionPlace {
  const { at, id } = /^(?<at>\d{1,15})\.(?<id>[\w-]{1,64})$/u.exec(cursor)?.groups ?? {};
  if (at !== undefined && id !== undefined) return { startedAtMs: Number(at), id };
  throw new OperationError('invalid_field', 'cursor is none that a page gave.', {
    problems: [{ path: 'cursor', message: 'is none that a page gave' }],
  });
}
