import { Type } from 'typebox';
import { ROLES } from '../../security/roles/role.ts';
import type { CallOrigin } from '../console-auth/call-facts.ts';
import type { OpenedSession } from '../console-auth/opened-session.ts';
import { SESSION_COOKIE } from '../console-auth/session-cookie.ts';
import type { AdminAnswer, AdminCall } from '../http/admin-route.ts';

/** How a program or a browser wants to carry on. */
export const SessionChoice = Type.Enum(['cookie', 'token'], {
  description: 'cookie: for browsers, with a CSRF token beside it. token: an access token and a refresh token. Default token.',
});

const SessionUser = Type.Object({
  id: Type.String(),
  username: Type.String(),
  role: Type.Enum([...ROLES, 'virtual-key']),
});

/** Of a session that was opened: for the choice `token` the tokens, for `cookie` the CSRF token beside Set-Cookie. */
export const SessionAnswer = Type.Object({
  token: Type.Optional(Type.String({ description: 'Access token, for Authorization: Bearer.' })),
  refreshToken: Type.Optional(Type.String({ description: 'Good for one use.' })),
  expiresAt: Type.Optional(Type.String({ description: 'When the access token ends, ISO 8601.' })),
  csrfToken: Type.Optional(Type.String({ description: 'For the header x-csrf-token.' })),
  user: SessionUser,
});

/** Tells a client the secrets of its new session. */
export function answerSession(opened: OpenedSession, { isSecure }: Pick<AdminCall, 'isSecure'>, more: object = {}): AdminAnswer {
  const { user } = opened;
  if (opened.kind === 'cookie')
    return { body: { csrfToken: opened.csrfToken, user, ...more }, headers: { 'set-cookie': SESSION_COOKIE.write(opened.cookie, isSecure) } };
  const { token, refreshToken, expiresAtMs } = opened;
  return { body: { token, refreshToken, expiresAt: new Date(expiresAtMs).toISOString(), user, ...more } };
}

export function originOf({ address, requestId, headers }: Pick<AdminCall, 'address' | 'requestId' | 'headers'>): CallOrigin {
  return { address, requestId, userAgent: headers['user-agent'] ?? '' };
}
