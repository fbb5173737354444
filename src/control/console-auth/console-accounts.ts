import type { UserRecord } from '../../security/accounts/user-record.ts';
import type { UserStore } from '../../security/accounts/user-store.ts';
import type { Account, AccountSource } from '../../security/sessions/session-store.ts';
import type { CallerAccount, CallerDirectory } from './caller-directory.ts';

const CALLER_PREFIX = 'virtual-key:';
const VERSION_DIGITS = 12;

export function accountOfUser({ id, name, role, isEnabled, version }: UserRecord): Account {
  return { userId: id, name, role, isEnabled, version };
}

/** The account of a virtual key, as sessions know it. Another secret is another version: rotation ends what began with the one before. */
export function accountOfCaller({ id, name, isEnabled, secretHash }: CallerAccount): Account {
  // 48 bits: what a number holds exactly.
  const version = Number.parseInt(secretHash.slice(0, VERSION_DIGITS), 16);
  return { userId: CALLER_PREFIX + id, name, role: 'viewer', isEnabled, version };
}

/** The virtual key behind the user id of a session; null: it is a user's. */
export function callerIdOf(userId: string): string | null {
  return userId.startsWith(CALLER_PREFIX) ? userId.slice(CALLER_PREFIX.length) : null;
}

/** Whoever may have a session: users and virtual keys, as they are now. */
export class ConsoleAccounts implements AccountSource {
  readonly #users: Pick<UserStore, 'find'>;
  readonly #callers: CallerDirectory;

  constructor(users: Pick<UserStore, 'find'>, callers: CallerDirectory) {
    this.#users = users;
    this.#callers = callers;
  }

  async find(userId: string): Promise<Account | null> {
    const callerId = callerIdOf(userId);
    if (callerId !== null) {
      const caller = this.#callers.findById(callerId);
      return caller === null ? null : accountOfCaller(caller);
    }
    const user = await this.#users.find(userId);
    return user === null ? null : accountOfUser(user);
  }
}
