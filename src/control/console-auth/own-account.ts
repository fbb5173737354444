import type { SecondFactor, UserRecord } from '../../security/accounts/user-record.ts';
import type { UserStore } from '../../security/accounts/user-store.ts';
import { makeRecoveryCodes } from '../../security/second-factor/recovery-codes.ts';
import type { SessionRecord } from '../../security/sessions/session-record.ts';
import type { Sessions } from '../../security/sessions/sessions.ts';
import { OperationError } from '../operation-error.ts';
import type { Principal } from '../principal.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { CallOrigin } from './call-facts.ts';
import type { OpenedSession } from './opened-session.ts';
import type { PasswordGate } from './password-gate.ts';
import { requirePassword } from './require-credentials.ts';
import type { SecondFactors } from './second-factors.ts';
import type { SessionOpener } from './session-opener.ts';

export interface OwnAccountParts {
  readonly users: UserStore;
  readonly sessions: Sessions;
  readonly opener: SessionOpener;
  readonly gate: PasswordGate;
  readonly secondFactors: SecondFactors;
  readonly trail: AuditTrail;
}

/** A user at work on their own account, in this session. */
export interface OwnCall {
  readonly principal: Extract<Principal, { readonly kind: 'user' }>;
  readonly session: SessionRecord;
  readonly origin: CallOrigin;
}

/** What people change about themselves. Each change ends all their sessions and begins the present one anew. */
export class OwnAccount {
  readonly #parts: OwnAccountParts;

  constructor(parts: OwnAccountParts) {
    this.#parts = parts;
  }

  /** @throws {OperationError} `invalid_field`, `invalid_credentials`, `conflict`, `too_many_requests`, `unavailable`. */
  async changePassword(call: OwnCall, oldPassword: string, newPassword: string): Promise<OpenedSession> {
    const user = await this.#userWithPassword(call);
    requirePassword(newPassword, user.name, 'newPassword');
    await this.#proveItself(call, user, oldPassword, null);
    const passwordHash = await this.#parts.gate.hash(newPassword);
    return this.#change(call, user, { passwordHash }, 'user.password');
  }

  /** Makes a second factor that asks nothing before {@link confirmSecondFactor}. @throws {OperationError} As {@link changePassword}. */
  async setUpSecondFactor(call: OwnCall, password: string): Promise<{ readonly secret: string; readonly otpauthUrl: string }> {
    const { users, secondFactors, trail } = this.#parts;
    const user = await this.#userWithPassword(call);
    if (user.secondFactor?.isConfirmed === true) throw new OperationError('conflict', 'You have a second factor already; take it off first.');
    await this.#proveItself(call, user, password, null);
    const { factor, secret, otpauthUrl } = await secondFactors.make(user);
    const kept = await users.update(user.id, { secondFactor: factor });
    if (!kept.ok) throw gone();
    await trail.record({ by: call.principal, origin: call.origin, action: 'user.totp.begin', subjectKind: 'user', subjectId: user.id });
    return { secret, otpauthUrl };
  }

  /** The first right code switches the second factor on. @throws {OperationError} `invalid_credentials`, `conflict`, `unavailable`. */
  async confirmSecondFactor(call: OwnCall, code: string): Promise<{ readonly opened: OpenedSession; readonly recoveryCodes: readonly string[] }> {
    const { gate, secondFactors } = this.#parts;
    const user = await this.#userWithPassword(call);
    const factor = user.secondFactor;
    if (factor === null || factor.isConfirmed) throw new OperationError('conflict', 'There is no second factor that waits for its first code.');
    const lastStep = await gate.tryOnce(user.name, call.origin.address, async (attempt) => {
      const step = await secondFactors.takeAppCode(user, factor, code);
      if (step === null) throw wrongCode();
      attempt.succeed();
      return step;
    });
    const { codes, hashes } = makeRecoveryCodes();
    const secondFactor: SecondFactor = { ...factor, isConfirmed: true, lastStep, recoveryHashes: hashes };
    const opened = await this.#change(call, user, { secondFactor }, 'user.totp.confirm');
    return { opened, recoveryCodes: codes };
  }

  /** @throws {OperationError} As {@link changePassword}. */
  async removeSecondFactor(call: OwnCall, password: string, code: string): Promise<OpenedSession> {
    const user = await this.#userWithPassword(call);
    if (user.secondFactor === null) throw new OperationError('conflict', 'You have no second factor.');
    await this.#proveItself(call, user, password, user.secondFactor.isConfirmed ? code : null);
    return this.#change(call, user, { secondFactor: null }, 'user.totp.remove');
  }

  async #userWithPassword({ principal }: OwnCall): Promise<UserRecord> {
    const user = await this.#parts.users.find(principal.id);
    if (user === null) throw gone();
    if (user.passwordHash !== null) return user;
    throw new OperationError('conflict', 'You sign in through an identity provider, which keeps your password and second factor.');
  }

  /** A stolen session is not enough to take an account over. */
  async #proveItself({ origin }: OwnCall, user: UserRecord, password: string, code: string | null): Promise<void> {
    const { gate, secondFactors, trail } = this.#parts;
    await gate.tryOnce(user.name, origin.address, async (attempt) => {
      if (!(await gate.verify(password, user.passwordHash))) {
        await trail.recordFailure(user.name, user.id, 'password', origin);
        throw new OperationError('invalid_credentials', 'The present password is wrong.');
      }
      if (code !== null && (user.secondFactor === null || !(await secondFactors.takeCode(user, user.secondFactor, code)))) {
        await trail.recordFailure(user.name, user.id, 'second-factor', origin);
        throw wrongCode();
      }
      attempt.succeed();
    });
  }

  async #change(call: OwnCall, user: UserRecord, change: Parameters<UserStore['update']>[1], action: string): Promise<OpenedSession> {
    const { users, sessions, opener, trail } = this.#parts;
    const changed = await users.update(user.id, change);
    if (!changed.ok) throw gone();
    await sessions.endAll(user.id, 'account-changed');
    await trail.record({ by: call.principal, origin: call.origin, action, subjectKind: 'user', subjectId: user.id });
    return opener.openForUser(changed.user, call.session.kind, call.origin);
  }
}

function gone(): OperationError {
  return new OperationError('unauthorized', 'This user does not exist any more.');
}

function wrongCode(): OperationError {
  return new OperationError('invalid_credentials', 'The code is wrong or was used before.');
}
