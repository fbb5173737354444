import type { UserRecord } from '../../src/security/accounts/user-record.ts';
import type { UserChange, UserOutcome, UserRefusal, UserStore } from '../../src/security/accounts/user-store.ts';

/** Users in memory, under the same rules as in a database. Every method is one step. */
export class MemoryUserStore implements UserStore {
  readonly users = new Map<string, UserRecord>();

  async count(): Promise<number> {
    return this.users.size;
  }
  async find(id: string): Promise<UserRecord | null> {
    return this.users.get(id) ?? null;
  }
  async findByName(name: string): Promise<UserRecord | null> {
    return this.#first((user) => user.name.toLowerCase() === name.toLowerCase());
  }
  async findByIdentity(identity: string): Promise<UserRecord | null> {
    return this.#first((user) => user.identity === identity);
  }
  async list(limit: number, after: string | null, search: string | null): Promise<readonly UserRecord[]> {
    const key = (name: string): string => name.toLowerCase();
    return [...this.users.values()]
      .filter(({ name }) => (after === null || key(name) > key(after)) && (search === null || key(name).includes(key(search))))
      .toSorted((one, other) => (key(one.name) < key(other.name) ? -1 : 1))
      .slice(0, limit);
  }
  async insert(user: UserRecord): Promise<UserOutcome> {
    return this.#isTaken(user) ? refused('taken') : this.#keep(user);
  }
  async insertFirst(user: UserRecord): Promise<UserRecord | null> {
    if (this.users.size > 0) return null;
    this.#keep(user);
    return user;
  }
  async update(id: string, change: UserChange): Promise<UserOutcome> {
    const before = this.users.get(id);
    if (before === undefined) return refused('missing');
    const after = { ...before, ...change };
    if (this.#isTaken(after)) return refused('taken');
    if (mayDoAll(before) && !mayDoAll(after) && !this.#hasOtherAdmin(id)) return refused('last-admin');
    return this.#keep({ ...after, version: before.version + (endsSessions(before, after) ? 1 : 0) });
  }
  async takeTotpStep(id: string, step: number): Promise<boolean> {
    const user = this.users.get(id);
    const factor = user?.secondFactor ?? null;
    if (user === undefined || factor === null || (factor.lastStep !== null && factor.lastStep >= step)) return false;
    this.#keep({ ...user, secondFactor: { ...factor, lastStep: step } });
    return true;
  }
  async spendRecoveryCode(id: string, known: readonly string[], left: readonly string[]): Promise<boolean> {
    const user = this.users.get(id);
    const factor = user?.secondFactor ?? null;
    if (user === undefined || factor === null || JSON.stringify(factor.recoveryHashes) !== JSON.stringify(known)) return false;
    this.#keep({ ...user, secondFactor: { ...factor, recoveryHashes: left } });
    return true;
  }
  async delete(id: string): Promise<UserOutcome> {
    const user = this.users.get(id);
    if (user === undefined) return refused('missing');
    if (mayDoAll(user) && !this.#hasOtherAdmin(id)) return refused('last-admin');
    this.users.delete(id);
    return { ok: true, user };
  }

  #keep(user: UserRecord): UserOutcome & { readonly ok: true } {
    this.users.set(user.id, user);
    return { ok: true, user };
  }
  #first(isMeant: (user: UserRecord) => boolean): UserRecord | null {
    return [...this.users.values()].find(isMeant) ?? null;
  }
  #isTaken({ id, name, identity }: UserRecord): boolean {
    const isSame = (user: UserRecord): boolean => user.name.toLowerCase() === name.toLowerCase() || (identity !== null && user.identity === identity);
    return this.#first((user) => user.id !== id && isSame(user)) !== null;
  }
  #hasOtherAdmin(id: string): boolean {
    return this.#first((user) => user.id !== id && mayDoAll(user)) !== null;
  }
}

function mayDoAll({ role, isEnabled }: UserRecord): boolean {
  return role === 'admin' && isEnabled;
}

function endsSessions(before: UserRecord, after: UserRecord): boolean {
  const isOn = ({ secondFactor }: UserRecord): boolean => secondFactor?.isConfirmed === true;
  return (
    before.passwordHash !== after.passwordHash || before.role !== after.role || before.isEnabled !== after.isEnabled || isOn(before) !== isOn(after)
  );
}

function refused(reason: UserRefusal): UserOutcome {
  return { ok: false, reason };
}
