import type { UserStore } from '../../security/accounts/user-store.ts';
import type { SessionArchive, SessionPlace } from '../../security/sessions/session-archive.ts';
import { lapseOf } from '../../security/sessions/session-lapse.ts';
import type { SessionRecord } from '../../security/sessions/session-record.ts';
import type { AccountSource } from '../../security/sessions/session-store.ts';
import type { Sessions } from '../../security/sessions/sessions.ts';
import type { LoginThrottle } from '../../security/sign-in/login-throttle.ts';
import { OperationError } from '../operation-error.ts';
import type { Principal } from '../principal.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { CallOrigin } from './call-facts.ts';

export interface SessionDirectoryParts {
  readonly archive: SessionArchive;
  readonly sessions: Sessions;
  readonly users: UserStore;
  readonly accounts: AccountSource;
  readonly trail: AuditTrail;
  readonly nowMs: () => number;
}

/** A session that runs, and whose it is. */
export interface RunningSession {
  readonly session: SessionRecord;
  readonly userName: string;
}

export interface SessionPage {
  readonly items: readonly RunningSession[];
  /** Where the next page begins; null: this is the last one. */
  readonly next: SessionPlace | null;
}

const DAY_MS = 24 * 3_600_000;
/** Over since half a month: nobody asks any more, and no token of it can come again. */
const KEPT_MS = 14 * DAY_MS;
const MOST_REMEMBERED = 1000;
const DELETED_AT_A_TIME = 500;

/** Sessions as lists, and their ends. */
export class SessionDirectory {
  readonly #parts: SessionDirectoryParts;

  constructor(parts: SessionDirectoryParts) {
    this.#parts = parts;
  }

  /** The running sessions of one user, the latest first. */
  async listOfUser(userId: string): Promise<readonly SessionRecord[]> {
    const all = await this.#parts.archive.listOfUser(userId);
    const running = all.filter((session) => this.#isRunning(session));
    return running.toSorted((one, other) => other.startedAtMs - one.startedAtMs);
  }

  /** Everybody's that run, the latest first. A page may hold fewer than `limit` and not be the last. */
  async list(limit: number, after: SessionPlace | null): Promise<SessionPage> {
    const { archive, accounts } = this.#parts;
    const page = await archive.listAll(limit, after);
    const items: RunningSession[] = [];
    const names = new Map<string, string | null>();
    for (const session of page.items) {
      if (!this.#isRunning(session)) continue;
      const { userId } = session;
      if (!names.has(userId)) names.set(userId, (await accounts.find(userId))?.name ?? null);
      const userName = names.get(userId) ?? null;
      if (userName !== null) items.push({ session, userName });
    }
    return { items, next: page.next };
  }

  /** Whether a session still opens doors. Asking does not keep it awake. */
  async isAlive(id: string): Promise<boolean> {
    const { archive, accounts } = this.#parts;
    const session = await archive.find(id);
    if (session === null || !this.#isRunning(session)) return false;
    const account = await accounts.find(session.userId);
    return account !== null && account.isEnabled && account.version === session.accountVersion;
  }

  /** @throws {OperationError} `not_found`, also for a session of somebody else. */
  async revokeOwn(principal: Extract<Principal, { readonly kind: 'user' }>, id: string, origin: CallOrigin): Promise<void> {
    const session = await this.#running(id);
    if (session.userId !== principal.id) throw missing();
    await this.#end(principal, session, 'signed-out', origin);
  }

  /** @throws {OperationError} `not_found`. */
  async revoke(principal: Principal, id: string, origin: CallOrigin): Promise<void> {
    await this.#end(principal, await this.#running(id), 'revoked', origin);
  }

  /** Ends all sessions of a user. */
  async revokeAll(principal: Principal, userId: string, origin: CallOrigin): Promise<void> {
    await this.#parts.sessions.endAll(userId, 'revoked');
    await this.#parts.trail.record({ by: principal, origin, action: 'session.revoke-all', subjectKind: 'user', subjectId: userId });
  }

  /** The user is done. */
  async signOut(principal: Principal, session: SessionRecord, origin: CallOrigin): Promise<void> {
    await this.#end(principal, session, 'signed-out', origin);
  }

  /** Deletes what is long over. Gives how many. */
  async sweep(nowMs: number): Promise<number> {
    let deleted = 0;
    for (;;) {
      const count = await this.#parts.archive.deleteOld(nowMs - KEPT_MS, DELETED_AT_A_TIME);
      deleted += count;
      if (count < DELETED_AT_A_TIME) return deleted;
    }
  }

  /** After a start: where users signed in before, strangers elsewhere lock nobody out. */
  async rememberPlaces(throttle: LoginThrottle): Promise<void> {
    const { items } = await this.#parts.archive.listAll(MOST_REMEMBERED, null);
    const names = new Map<string, string | null>();
    for (const { userId, address } of items.toReversed()) {
      if (!names.has(userId)) names.set(userId, (await this.#parts.users.find(userId))?.name ?? null);
      const name = names.get(userId) ?? null;
      if (name !== null) throttle.remember(name, address);
    }
  }

  #isRunning(session: SessionRecord): boolean {
    return session.endedAtMs === null && lapseOf(session, this.#parts.nowMs()) === null;
  }

  async #running(id: string): Promise<SessionRecord> {
    const session = await this.#parts.archive.find(id);
    if (session === null || !this.#isRunning(session)) throw missing();
    return session;
  }

  async #end(by: Principal, { id, userId }: SessionRecord, end: 'signed-out' | 'revoked', origin: CallOrigin): Promise<void> {
    await this.#parts.sessions.end(id, end);
    const changes = [{ path: 'user', before: userId, after: userId }];
    await this.#parts.trail.record({ by, origin, action: `session.${end}`, subjectKind: 'session', subjectId: id, changes });
  }
}

function missing(): OperationError {
  return new OperationError('not_found', 'There is no such session, or it is over.');
}
