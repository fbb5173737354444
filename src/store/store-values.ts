import type { Kysely } from 'kysely';
import { isDuplicate } from './is-duplicate.ts';
import type { Tables } from './tables.ts';

/** Single values of the store by name. */
export class StoreValues {
  readonly #db: Kysely<Tables>;
  readonly #nowMs: () => number;

  /** `nowMs`: wall clock, epoch ms. */
  constructor(db: Kysely<Tables>, nowMs: () => number) {
    this.#db = db;
    this.#nowMs = nowMs;
  }

  async get(name: string): Promise<string | null> {
    const row = await this.#db.selectFrom('store_values').select('value').where('name', '=', name).executeTakeFirst();
    return row?.value ?? null;
  }

  /** Whatever was there before; of two that come at once, one is the last. */
  async put(name: string, value: string): Promise<void> {
    while (!(await this.#replace(name, value)) && !(await this.putIfAbsent(name, value)));
  }

  /** True for the one who put it, also when several come at once. Not for transactions: PostgreSQL gives one up when it was late. */
  async putIfAbsent(name: string, value: string): Promise<boolean> {
    try {
      await this.#db.insertInto('store_values').values({ name, value, updated_at: this.#nowMs() }).execute();
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  /** Deletes it if this is its value, and says whether it did: true for one of those who come at once. */
  async take(name: string, expectedValue: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('store_values')
      .where('name', '=', name)
      .where('value', '=', expectedValue)
      .executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }

  async #replace(name: string, value: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('store_values')
      .set({ value, updated_at: this.#nowMs() })
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }
}
