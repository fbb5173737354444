import type { Role } from '../../security/roles/role.ts';

/** Whom a session was opened for, as clients are told. */
export interface SessionUser {
  readonly id: string;
  readonly username: string;
  readonly role: Role | 'virtual-key';
}

interface SessionOfUser {
  readonly sessionId: string;
  readonly user: SessionUser;
}

/** A session of a browser with its secrets, which are given out now and never again. */
export interface CookieSession extends SessionOfUser {
  readonly kind: 'cookie';
  readonly cookie: string;
  readonly csrfToken: string;
}

/** A session of a program with its secrets. */
interface TokenSession extends SessionOfUser {
  readonly kind: 'refresh';
  readonly token: string;
  readonly expiresAtMs: number;
  readonly refreshToken: string;
}

export type OpenedSession = CookieSession | TokenSession;
