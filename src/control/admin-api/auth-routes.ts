import { Type } from 'typebox';
import { ADMIN_ACTIONS, type AdminAction } from '../../security/roles/admin-actions.ts';
import { mayDo } from '../../security/roles/may-do.ts';
import { ROLES } from '../../security/roles/role.ts';
import type { SessionKind } from '../../security/sessions/session-record.ts';
import type { ConsoleAuth } from '../console-auth/console-auth.ts';
import { isSameSite } from '../console-auth/is-same-site.ts';
import { SESSION_COOKIE } from '../console-auth/session-cookie.ts';
import { defineRoute, type AdminAnswer, type AdminCall, type AdminRoute } from '../http/admin-route.ts';
import { OperationError } from '../operation-error.ts';
import { ownCallOf, sessionOf } from './own-call.ts';
import { answerSession, originOf, SessionAnswer, SessionChoice } from './session-answer.ts';

const Name = Type.String({ maxLength: 128 });
const Password = Type.String({ maxLength: 1024 });
const Nothing = Type.Object({});

/** Signing in and out, and one's own account. */
export function authRoutes(auth: ConsoleAuth): readonly AdminRoute[] {
  return [publicConfig(auth), register(auth), login(auth), refresh(auth), logout(auth), profile(auth), changePassword(auth)];
}

function publicConfig({ firstStart, oidc }: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/public-config',
    access: 'public',
    summary: 'What the page for signing in has to know',
    answers: {
      200: Type.Object({
        allow_registration: Type.Boolean(),
        setup_required: Type.Boolean({ description: 'The setup link that the start printed waits to be used.' }),
        oidc: Type.Union([Type.Object({ label: Type.String() }), Type.Null()]),
      }),
    },
    handle: async () => ({
      body: {
        allow_registration: firstStart.isRegistrationOpen,
        setup_required: await firstStart.isSetupOpen(),
        oidc: oidc.label === null ? null : { label: oidc.label },
      },
    }),
  });
}

function register({ firstStart }: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/register',
    access: 'public',
    summary: 'Make the first admin with the token of the setup link; later viewers, where registration is open',
    body: Type.Object(
      { token: Type.Optional(Type.String({ maxLength: 200 })), username: Name, password: Password, session: Type.Optional(SessionChoice) },
      { additionalProperties: false },
    ),
    answers: { 200: SessionAnswer },
    handle: async (call) => {
      const { token = null, username, password } = call.body;
      const registration = { token, username, password, kind: kindOf(call, call.body.session) };
      return answerSession(await firstStart.register(registration, originOf(call)), call);
    },
  });
}

function login({ signIn }: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/login',
    access: 'public',
    summary: 'Sign in with a name and a password, or with a virtual key',
    body: Type.Object(
      {
        username: Type.Optional(Name),
        password: Type.Optional(Password),
        code: Type.Optional(Type.String({ maxLength: 64, description: 'Of the authenticator app, or a recovery code.' })),
        virtualKey: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
        session: Type.Optional(SessionChoice),
      },
      { additionalProperties: false },
    ),
    answers: { 200: SessionAnswer },
    handle: async (call) => {
      const { username, password, code = null, virtualKey, session } = call.body;
      const kind = kindOf(call, session);
      if (virtualKey === undefined) {
        const request = { username: required('username', username), password: required('password', password), code, kind };
        return answerSession(await signIn.login(request, originOf(call)), call);
      }
      for (const [path, value] of Object.entries({ username, password }))
        if (value !== undefined) throw wrongField(path, 'does not go with virtualKey');
      return answerSession(await signIn.loginWithVirtualKey(virtualKey, kind, originOf(call)), call);
    },
  });
}

function refresh({ signIn }: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/refresh',
    access: 'public',
    summary: 'New tokens for a refresh token, which is good for one use',
    body: Type.Object({ refreshToken: Type.String({ maxLength: 200 }) }, { additionalProperties: false }),
    answers: { 200: SessionAnswer },
    handle: async (call) => answerSession(await signIn.refresh(call.body.refreshToken, originOf(call)), call),
  });
}

function logout(auth: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/logout',
    access: 'own-usage',
    summary: 'End this session',
    answers: { 204: Nothing },
    handle: async (call) => {
      const session = await sessionOf(auth, call);
      if (session !== null) await auth.sessions.signOut(call.principal, session, originOf(call));
      return { status: 204, headers: { 'set-cookie': SESSION_COOKIE.clear(call.isSecure) } };
    },
  });
}

function profile(auth: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/auth/profile',
    access: 'own-usage',
    summary: 'Who asks, and what they may do',
    answers: {
      200: Type.Object({
        user: Type.Object({ id: Type.String(), username: Type.String() }),
        role: Type.Enum([...ROLES, 'virtual-key']),
        permissions: Type.Array(Type.String()),
        hasPassword: Type.Boolean(),
        secondFactor: Type.Boolean(),
        recoveryCodesLeft: Type.Integer(),
        sessionId: Type.Union([Type.String(), Type.Null()]),
        csrfToken: Type.Optional(Type.String({ description: 'For sessions of the cookie.' })),
      }),
    },
    handle: (call) => describeSelf(auth, call),
  });
}

async function describeSelf(auth: ConsoleAuth, call: AdminCall): Promise<AdminAnswer> {
  const { principal } = call;
  if (principal.kind === 'nobody') throw new OperationError('unauthorized', 'Sign in first.');
  const session = await sessionOf(auth, call);
  const user = principal.kind === 'user' ? await auth.users.get(principal.id) : null;
  const isFactorOn = user?.secondFactor?.isConfirmed === true;
  return {
    body: {
      user: { id: principal.id, username: principal.name },
      role: principal.kind === 'virtual-key' ? 'virtual-key' : principal.role,
      permissions: principal.kind === 'virtual-key' ? [] : actionsOf(principal.role),
      hasPassword: (user?.passwordHash ?? null) !== null,
      secondFactor: isFactorOn,
      recoveryCodesLeft: isFactorOn ? (user.secondFactor?.recoveryHashes.length ?? 0) : 0,
      sessionId: session?.id ?? null,
      ...(session?.kind === 'cookie' ? { csrfToken: auth.csrfTokens.issue(session.id) } : {}),
    },
  };
}

function changePassword(auth: ConsoleAuth): AdminRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/password',
    access: 'signed-in',
    summary: 'Change your own password; all other sessions end, and this one goes on under new tokens',
    body: Type.Object({ oldPassword: Password, newPassword: Password }, { additionalProperties: false }),
    answers: { 200: SessionAnswer },
    handle: async (call) => {
      const { oldPassword, newPassword } = call.body;
      return answerSession(await auth.ownAccount.changePassword(await ownCallOf(auth, call), oldPassword, newPassword), call);
    },
  });
}

/** @throws {OperationError} `csrf_failed`: another site must not sign a browser in, not even to an account of its own. */
function kindOf(call: Pick<AdminCall, 'headers'>, session: 'cookie' | 'token' = 'token'): SessionKind {
  if (session === 'token') return 'refresh';
  if (!isSameSite(call)) throw new OperationError('csrf_failed', 'Only the console itself may ask for a session cookie.');
  return 'cookie';
}

function actionsOf(role: (typeof ROLES)[number]): readonly string[] {
  return (Object.keys(ADMIN_ACTIONS) as AdminAction[]).filter((action) => mayDo(role, action));
}

function required(path: string, value: string | undefined): string {
  if (value === undefined) throw wrongField(path, 'is missing');
  return value;
}

function wrongField(path: string, message: string): OperationError {
  return new OperationError('invalid_field', `${path} ${message}.`, { problems: [{ path, message }] });
}
