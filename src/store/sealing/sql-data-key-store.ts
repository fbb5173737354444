import type { Kysely, Transaction } from 'kysely';
import { masterKeyIdOf, type SealedDataKey } from '../../security/sealing/data-key.ts';
import type { DataKeyStore } from '../../security/sealing/data-key-store.ts';
import { makeKeyCheck, requireKeyCheck } from '../../security/sealing/key-check.ts';
import type { MasterKey } from '../../security/sealing/master-key.ts';
import type { RotatedKeys } from '../../security/sealing/rotate-master-key.ts';
import { SealError } from '../../security/sealing/seal-error.ts';
import { StoreValues } from '../store-values.ts';
import type { Tables } from '../tables.ts';
import { takeLock } from '../take-lock.ts';

/** The name of the stored key check in {@link StoreValues}. */
export const KEY_CHECK = 'key_check';

/** `masterKey`: seals the data keys that are inserted. `nowMs`: wall clock, epoch ms. */
export interface SqlDataKeyStoreParts {
  readonly db: Kysely<Tables>;
  readonly masterKey: MasterKey;
  readonly nowMs: () => number;
}

/** Data keys in the database, with the check of the master key that opens all of them. */
export class SqlDataKeyStore implements DataKeyStore {
  readonly #parts: SqlDataKeyStoreParts;

  constructor(parts: SqlDataKeyStoreParts) {
    this.#parts = parts;
  }

  async list(): Promise<readonly SealedDataKey[]> {
    const rows = await this.#parts.db.selectFrom('data_keys').select(['id', 'sealed', 'created_at']).orderBy('created_at').orderBy('id').execute();
    return rows.map(({ id, sealed, created_at }) => ({ id, sealed, createdAtMs: created_at }));
  }

  /** The first one brings the key check along. @throws {SealError} `wrong-master-key`; nothing was stored then. */
  insert(dataKey: SealedDataKey): Promise<void> {
    const { masterKey, nowMs } = this.#parts;
    return this.#alone(async (transaction) => {
      const values = new StoreValues(transaction, nowMs);
      const check = await values.get(KEY_CHECK);
      if (check !== null) requireKeyCheck(masterKey, check, 'this process');
      if (masterKeyIdOf(dataKey) !== masterKey.id)
        throw new SealError('wrong-master-key', `The data key ${dataKey.id} is not sealed with the master key ${masterKey.id}. Nothing was stored.`);
      if (check === null) await values.put(KEY_CHECK, makeKeyCheck(masterKey));
      const { id, sealed, createdAtMs } = dataKey;
      await transaction.insertInto('data_keys').values({ id, sealed, created_at: createdAtMs, seals: 0 }).execute();
    });
  }

  /** @throws {SealError} `unknown-data-key`. */
  reserveSeals(dataKeyId: string, seals: number): Promise<number> {
    return this.#parts.db.transaction().execute(async (transaction) => {
      // Writing first takes the row's lock on every database; what is read afterwards is the latest.
      await transaction
        .updateTable('data_keys')
        .set((set) => ({ seals: set('seals', '+', seals) }))
        .where('id', '=', dataKeyId)
        .execute();
      const row = await transaction.selectFrom('data_keys').select('seals').where('id', '=', dataKeyId).executeTakeFirst();
      if (row === undefined) throw new SealError('unknown-data-key', `The data key ${dataKeyId} is not stored; restore it from a backup.`);
      return row.seals;
    });
  }

  /**
   * Puts what a rotation of the master key made into the place of what it was made from.
   * @param expectedKeyCheck The stored one from before the rotation; null: none.
   * @returns False when another rotation or another data key came in between: nothing was changed, and the rotation has to be made again.
   */
  replaceAll({ keyCheck, dataKeys }: RotatedKeys, expectedKeyCheck: string | null): Promise<boolean> {
    return this.#alone(async (transaction) => {
      const values = new StoreValues(transaction, this.#parts.nowMs);
      if ((await values.get(KEY_CHECK)) !== expectedKeyCheck) return false;
      const stored = await transaction.selectFrom('data_keys').select('id').execute();
      const rotated = new Set(dataKeys.map(({ id }) => id));
      if (stored.length !== rotated.size || !stored.every(({ id }) => rotated.has(id))) return false;
      for (const { id, sealed } of dataKeys) await transaction.updateTable('data_keys').set({ sealed }).where('id', '=', id).execute();
      await values.put(KEY_CHECK, keyCheck);
      return true;
    });
  }

  #alone<Result>(work: (transaction: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    return this.#parts.db.transaction().execute(async (transaction) => {
      await takeLock(transaction, 'sealing');
      return work(transaction);
    });
  }
}
