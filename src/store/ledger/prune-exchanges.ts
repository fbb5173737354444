import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

/** Removes rows that started before this time, oldest first, at most `limit` of them, and tells how many. */
export async function pruneExchanges(db: Kysely<Tables>, beforeMs: number, limit: number): Promise<number> {
  // In two statements: MySQL takes no limit in a subquery.
  const old = await db.selectFrom('exchanges').select('id').where('started_at', '<', beforeMs).orderBy('started_at').limit(limit).execute();
  if (old.length === 0) return 0;
  const ids = old.map((row) => row.id);
  await db.deleteFrom('exchanges').where('id', 'in', ids).execute();
  return ids.length;
}
