import type { UserRecord } from '../../security/accounts/user-record.ts';
import type { AccessTokens } from '../../security/sessions/access-tokens.ts';
import type { CsrfTokens } from '../../security/sessions/csrf-tokens.ts';
import type { SessionKind, SessionRecord } from '../../security/sessions/session-record.ts';
import type { Account } from '../../security/sessions/session-store.ts';
import type { Sessions, StartedSession } from '../../security/sessions/sessions.ts';
import type { CallOrigin } from './call-facts.ts';
import { accountOfCaller, accountOfUser, callerIdOf } from './console-accounts.ts';
import type { CallerAccount } from './caller-directory.ts';
import type { CookieSession, OpenedSession, SessionUser } from './opened-session.ts';

export interface SessionOpenerParts {
  readonly sessions: Sessions;
  readonly accessTokens: AccessTokens;
  readonly csrfTokens: CsrfTokens;
}

/** Opens sessions for those who proved who they are, and carries them on. */
export class SessionOpener {
  readonly #parts: SessionOpenerParts;

  constructor(parts: SessionOpenerParts) {
    this.#parts = parts;
  }

  openForUser(user: UserRecord, kind: SessionKind, origin: CallOrigin): Promise<OpenedSession> {
    return this.#open(accountOfUser(user), kind, origin);
  }

  openForCaller(caller: CallerAccount, kind: SessionKind, origin: CallOrigin): Promise<OpenedSession> {
    return this.#open(accountOfCaller(caller), kind, origin);
  }

  openCookie(user: UserRecord, origin: CallOrigin): Promise<CookieSession> {
    return this.#openCookie(accountOfUser(user), origin);
  }

  /** The next pair of tokens of a session whose refresh token was just replaced. */
  async carryOn(session: SessionRecord, account: Account, refreshToken: string): Promise<OpenedSession> {
    const { token, expiresAtMs } = await this.#parts.accessTokens.issue({
      userId: account.userId,
      sessionId: session.id,
      role: account.role,
      accountVersion: account.version,
    });
    return { kind: 'refresh', sessionId: session.id, user: sessionUserOf(account), token, expiresAtMs, refreshToken };
  }

  async #open(account: Account, kind: SessionKind, origin: CallOrigin): Promise<OpenedSession> {
    if (kind === 'cookie') return this.#openCookie(account, origin);
    const { session, token } = await this.#start(account, kind, origin);
    return this.carryOn(session, account, token);
  }

  async #openCookie(account: Account, origin: CallOrigin): Promise<CookieSession> {
    const { session, token } = await this.#start(account, 'cookie', origin);
    const csrfToken = this.#parts.csrfTokens.issue(session.id);
    return { kind: 'cookie', sessionId: session.id, user: sessionUserOf(account), cookie: token, csrfToken };
  }

  #start({ userId, version }: Account, kind: SessionKind, { address, userAgent }: CallOrigin): Promise<StartedSession> {
    return this.#parts.sessions.start({ userId, accountVersion: version, kind, address, userAgent });
  }
}

function sessionUserOf({ userId, name, role }: Account): SessionUser {
  return { id: userId, username: name, role: callerIdOf(userId) === null ? role : 'virtual-key' };
}
