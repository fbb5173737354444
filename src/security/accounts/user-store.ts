import type { UserRecord } from './user-record.ts';

/** What may change of a user. A change of `passwordHash`, `role`, `isEnabled`, or whether there is a confirmed second factor raises the version. */
export type UserChange = Partial<Pick<UserRecord, 'name' | 'role' | 'isEnabled' | 'passwordHash' | 'identity' | 'secondFactor' | 'lastLoginAtMs'>>;

/** `taken`: another user has the name or the identity. `last-admin`: nobody would be left who may do everything. */
export type UserRefusal = 'taken' | 'missing' | 'last-admin';
export type UserOutcome = { readonly ok: true; readonly user: UserRecord } | { readonly ok: false; readonly reason: UserRefusal };

/** Where users are kept. Every method is one transaction. */
export interface UserStore {
  count(): Promise<number>;
  find(id: string): Promise<UserRecord | null>;
  /** Whatever the case of the name. */
  findByName(name: string): Promise<UserRecord | null>;
  findByIdentity(identity: string): Promise<UserRecord | null>;
  /** In the order of their names, those behind `after` only. */
  list(limit: number, after: string | null, search: string | null): Promise<readonly UserRecord[]>;
  insert(user: UserRecord): Promise<UserOutcome>;
  /** The first user of all: null when there is one already, also when two come at once. */
  insertFirst(user: UserRecord): Promise<UserRecord | null>;
  update(id: string, change: UserChange): Promise<UserOutcome>;
  /** Takes a step of the second factor, once: false when this or a later one was taken before. */
  takeTotpStep(id: string, step: number): Promise<boolean>;
  /** Puts `left` where exactly `known` stands; false when it does not any more. */
  spendRecoveryCode(id: string, known: readonly string[], left: readonly string[]): Promise<boolean>;
  delete(id: string): Promise<UserOutcome>;
}
