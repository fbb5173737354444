import type { SqliteDatabaseConfig } from '../../config/database-config.ts';
import type { Database } from '../database.ts';
import type { Tables } from '../tables.ts';
import { SqliteThread } from './sqlite-thread.ts';

/** Opens the file on a thread of its own, so that no statement blocks this one; makes it when it is missing. */
export async function openSqliteThread({ path }: SqliteDatabaseConfig): Promise<Database> {
  // The query builder is loaded while the thread starts: each takes about as long as the other.
  const [thread, { Kysely }, { SqliteDialect }, { sqliteSchema }] = await Promise.all([
    SqliteThread.open(path),
    import('kysely'),
    import('./sqlite-dialect.ts'),
    import('./sqlite-schema.ts'),
  ]);
  return {
    kind: 'sqlite',
    label: path,
    db: new Kysely<Tables>({ dialect: new SqliteDialect(thread) }),
    schema: sqliteSchema,
    skipKnown: (insert) => insert.onConflict((conflict) => conflict.column('id').doNothing()),
    close: () => thread.close(),
  };
}
