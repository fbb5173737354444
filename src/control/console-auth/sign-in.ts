import type { UserRecord } from '../../security/accounts/user-record.ts';
import type { UserStore } from '../../security/accounts/user-store.ts';
import { hashToken } from '../../security/hash-token.ts';
import type { SessionKind } from '../../security/sessions/session-record.ts';
import type { Sessions } from '../../security/sessions/sessions.ts';
import { addressGroup } from '../../security/sign-in/address-group.ts';
import type { LoginAttempt } from '../../security/sign-in/login-throttle.ts';
import { OperationError } from '../operation-error.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { CallOrigin } from './call-facts.ts';
import type { CallerDirectory } from './caller-directory.ts';
import type { OpenedSession } from './opened-session.ts';
import type { PasswordGate } from './password-gate.ts';
import type { SecondFactors } from './second-factors.ts';
import type { SessionOpener } from './session-opener.ts';
import { isUserName } from './user-name.ts';

export interface SignInParts {
  readonly users: UserStore;
  readonly callers: CallerDirectory;
  readonly sessions: Sessions;
  readonly opener: SessionOpener;
  readonly gate: PasswordGate;
  readonly secondFactors: SecondFactors;
  readonly trail: AuditTrail;
  readonly nowMs: () => number;
}

export interface LoginRequest {
  readonly username: string;
  readonly password: string;
  /** Of the second factor; null: none was sent. */
  readonly code: string | null;
  readonly kind: SessionKind;
}

/** Lets people and virtual keys in, with a password, a second factor or a secret. */
export class SignIn {
  readonly #parts: SignInParts;

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /**
   * @throws {OperationError} `invalid_credentials`, the same for users who do not exist; `second_factor_required` after a right password;
   * `too_many_requests`, `unavailable`.
   */
  login(request: LoginRequest, origin: CallOrigin): Promise<OpenedSession> {
    return this.#parts.gate.tryOnce(request.username, origin.address, async (attempt) => {
      const user = await this.#checkPassword(request, origin);
      await this.#passSecondFactor(user, request.code, attempt, origin);
      const opened = await this.#welcome(user, request, origin);
      attempt.succeed();
      return opened;
    });
  }

  /** A virtual key's present secret opens a view of its own usage. @throws {OperationError} As {@link login}. */
  loginWithVirtualKey(secret: string, kind: SessionKind, origin: CallOrigin): Promise<OpenedSession> {
    const { callers, gate, opener, trail } = this.#parts;
    // The place stands in the name: a stranger elsewhere closes this door to nobody.
    return gate.tryOnce(`virtual-key ${addressGroup(origin.address)}`, origin.address, async (attempt) => {
      const found = callers.findBySecret(secret);
      const caller = found === null ? null : callers.findById(found.id);
      if (caller === null || !caller.isEnabled || caller.secretHash !== hashToken(secret)) {
        await trail.recordFailure('virtual key', found?.id ?? null, 'virtual-key', origin);
        throw new OperationError('invalid_credentials', 'This virtual key is unknown, disabled or was replaced.');
      }
      const opened = await opener.openForCaller(caller, kind, origin);
      await trail.record({
        by: { kind: 'virtual-key', id: caller.id, name: caller.name },
        origin,
        action: 'login.ok',
        subjectKind: 'virtual-key',
        subjectId: caller.id,
      });
      attempt.succeed();
      return opened;
    });
  }

  /** The next tokens for a refresh token, which is good for one use. @throws {OperationError} `unauthorized`. */
  async refresh(token: string, origin: CallOrigin): Promise<OpenedSession> {
    const { sessions, opener, trail } = this.#parts;
    const check = await sessions.refresh(token);
    if (check.ok) return opener.carryOn(check.session, check.account, check.token);
    if (check.reason === 'reused') await trail.recordFailure('refresh token', null, 'refresh-token-reused', origin);
    throw new OperationError('unauthorized', 'This session is over; sign in again.');
  }

  async #checkPassword({ username, password }: LoginRequest, origin: CallOrigin): Promise<UserRecord> {
    const user = isUserName(username) ? await this.#parts.users.findByName(username) : null;
    const isRight = await this.#parts.gate.verify(password, user?.passwordHash ?? null);
    if (user !== null && isRight && user.isEnabled) return user;
    // A name that nobody has may be a password in the wrong field: it is not written down.
    await this.#parts.trail.recordFailure(user?.name ?? UNKNOWN_USER, user?.id ?? null, isRight ? 'disabled' : 'password', origin);
    throw wrongCredentials();
  }

  async #passSecondFactor(user: UserRecord, code: string | null, attempt: LoginAttempt, origin: CallOrigin): Promise<void> {
    if (user.secondFactor?.isConfirmed !== true) return;
    if (code === null || code === '') {
      // The password was right: half a login is no failure.
      attempt.cancel();
      throw new OperationError('second_factor_required', 'Send the code of your authenticator app, or a recovery code, as "code".');
    }
    if (await this.#parts.secondFactors.takeCode(user, user.secondFactor, code)) return;
    await this.#parts.trail.recordFailure(user.name, user.id, 'second-factor', origin);
    throw new OperationError('invalid_credentials', 'The code is wrong or was used before.');
  }

  async #welcome(user: UserRecord, { password, kind }: LoginRequest, origin: CallOrigin): Promise<OpenedSession> {
    const { users, opener, trail, nowMs } = this.#parts;
    const passwordHash = await this.#newerHash(user, password);
    const seen = await users.update(user.id, { lastLoginAtMs: nowMs() });
    // The password was changed, or the user shut out, while this one was looked at.
    if (!seen.ok || seen.user.version !== user.version) throw wrongCredentials();
    const current = passwordHash === null ? seen : await users.update(user.id, { passwordHash });
    if (!current.ok) throw wrongCredentials();
    const opened = await opener.openForUser(current.user, kind, origin);
    const by = { kind: 'user', id: user.id, name: user.name, role: user.role, sessionId: opened.sessionId } as const;
    await trail.record({ by, origin, action: 'login.ok', subjectKind: 'user', subjectId: user.id });
    return opened;
  }

  /** Null: the present one will do, or there is no time for another one now. */
  async #newerHash({ passwordHash }: UserRecord, password: string): Promise<string | null> {
    const { gate } = this.#parts;
    if (passwordHash === null || !gate.needsRehash(passwordHash)) return null;
    try {
      return await gate.hash(password);
    } catch (error) {
      if (error instanceof OperationError) return null;
      throw error;
    }
  }
}

const UNKNOWN_USER = 'a name that nobody has';

function wrongCredentials(): OperationError {
  return new OperationError('invalid_credentials', 'The user name or the password is wrong.');
}
