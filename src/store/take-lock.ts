import type { Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** `users`: changes that look at other users first. `sealing`: the key check and the data keys. */
export type StoreLock = 'users' | 'sealing';

/**
 * Lets one transaction at a time go on, among all processes, until it ends. It has to be the first statement: whatever is read behind it is
 * the latest on every database.
 */
export async function takeLock(transaction: Transaction<Tables>, name: StoreLock): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable('store_locks')
    .set((set) => ({ taken: set('taken', '+', 1) }))
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw new Error(`The row ${name} of the table store_locks is missing; put it back with taken = 0.`);
}
