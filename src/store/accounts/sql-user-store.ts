import type { Kysely, Transaction } from 'kysely';
import type { UserChange, UserOutcome, UserRefusal, UserStore } from '../../security/accounts/user-store.ts';
import type { UserRecord } from '../../security/accounts/user-record.ts';
import { containsText } from '../contains-text.ts';
import { isDuplicate } from '../is-duplicate.ts';
import type { Tables } from '../tables.ts';
import { takeLock } from '../take-lock.ts';
import { columnsOfChange, identityHash, nameKey, recoveryColumn, rowOfUser, userOfRow } from './user-columns.ts';

/** Users in the database. Whatever depends on other users runs alone among all processes. */
export class SqlUserStore implements UserStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  count(): Promise<number> {
    return countUsers(this.#db);
  }

  find(id: string): Promise<UserRecord | null> {
    return findUser(this.#db, 'id', id);
  }

  async findByName(name: string): Promise<UserRecord | null> {
    const key = nameKey(name);
    const found = await findUser(this.#db, 'name_key', key);
    // MySQL takes a name with spaces behind it for the same.
    return found !== null && nameKey(found.name) === key ? found : null;
  }

  findByIdentity(identity: string): Promise<UserRecord | null> {
    return findUser(this.#db, 'identity_hash', identityHash(identity));
  }

  async list(limit: number, after: string | null, search: string | null): Promise<readonly UserRecord[]> {
    const rows = await this.#db
      .selectFrom('users')
      .selectAll()
      .where((where) =>
        where.and([
          ...(after === null ? [] : [where('name_key', '>', nameKey(after))]),
          ...(search === null ? [] : [containsText('name_key', search)]),
        ]),
      )
      .orderBy('name_key')
      .limit(limit)
      .execute();
    return rows.map(userOfRow);
  }

  insert(user: UserRecord): Promise<UserOutcome> {
    return this.#changeAlone(async (transaction) => {
      await transaction.insertInto('users').values(rowOfUser(user)).execute();
      return { ok: true, user };
    });
  }

  insertFirst(user: UserRecord): Promise<UserRecord | null> {
    return this.#alone(async (transaction) => {
      if ((await countUsers(transaction)) > 0) return null;
      await transaction.insertInto('users').values(rowOfUser(user)).execute();
      return user;
    });
  }

  update(id: string, change: UserChange): Promise<UserOutcome> {
    return this.#changeAlone(async (transaction) => {
      const before = await findUser(transaction, 'id', id);
      if (before === null) return refused('missing');
      const after: UserRecord = { ...before, ...definedOf(change) };
      if (mayDoAll(before) && !mayDoAll(after) && !(await hasOtherAdmin(transaction, id))) return refused('last-admin');
      const version = before.version + (endsSessions(before, after) ? 1 : 0);
      await transaction.updateTable('users').set(columnsOfChange(change, version)).where('id', '=', id).execute();
      return { ok: true, user: { ...after, version } };
    });
  }

  async takeTotpStep(id: string, step: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('users')
      .set({ totp_last_step: step })
      .where('id', '=', id)
      .where('totp_secret', 'is not', null)
      .where((where) => where.or([where('totp_last_step', 'is', null), where('totp_last_step', '<', step)]))
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  async spendRecoveryCode(id: string, known: readonly string[], left: readonly string[]): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('users')
      .set({ recovery_hashes: recoveryColumn(left) })
      .where('id', '=', id)
      .where('totp_secret', 'is not', null)
      .where('recovery_hashes', '=', recoveryColumn(known))
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  delete(id: string): Promise<UserOutcome> {
    return this.#alone(async (transaction) => {
      const user = await findUser(transaction, 'id', id);
      if (user === null) return refused('missing');
      if (mayDoAll(user) && !(await hasOtherAdmin(transaction, id))) return refused('last-admin');
      await transaction.deleteFrom('users').where('id', '=', id).execute();
      return { ok: true, user };
    });
  }

  #alone<Result>(work: (transaction: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    return this.#db.transaction().execute(async (transaction) => {
      await takeLock(transaction, 'users');
      return work(transaction);
    });
  }

  async #changeAlone(work: (transaction: Transaction<Tables>) => Promise<UserOutcome>): Promise<UserOutcome> {
    try {
      return await this.#alone(work);
    } catch (error) {
      if (isDuplicate(error)) return refused('taken');
      throw error;
    }
  }
}

async function findUser(db: Kysely<Tables>, column: 'id' | 'name_key' | 'identity_hash', value: string): Promise<UserRecord | null> {
  // PostgreSQL has no character 0, not even to look for.
  if (value.includes('\0')) return null;
  const row = await db.selectFrom('users').selectAll().where(column, '=', value).executeTakeFirst();
  return row === undefined ? null : userOfRow(row);
}

async function countUsers(db: Kysely<Tables>): Promise<number> {
  const { users } = await db
    .selectFrom('users')
    .select(({ fn }) => fn.countAll<number>().as('users'))
    .executeTakeFirstOrThrow();
  return users;
}

async function hasOtherAdmin(db: Kysely<Tables>, id: string): Promise<boolean> {
  const other = await db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('is_enabled', '=', 1)
    .where('id', '<>', id)
    .executeTakeFirst();
  return other !== undefined;
}

function mayDoAll({ role, isEnabled }: UserRecord): boolean {
  return role === 'admin' && isEnabled;
}

function endsSessions(before: UserRecord, after: UserRecord): boolean {
  if (before.passwordHash !== after.passwordHash || before.role !== after.role || before.isEnabled !== after.isEnabled) return true;
  return isConfirmed(before) !== isConfirmed(after);
}

function isConfirmed({ secondFactor }: UserRecord): boolean {
  return secondFactor?.isConfirmed ?? false;
}

/** Without members that say nothing. */
function definedOf(change: UserChange): UserChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function refused(reason: UserRefusal): UserOutcome & { readonly ok: false } {
  return { ok: false, reason };
}
