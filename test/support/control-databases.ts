import type { Database } from '../../src/store/database.ts';
import { migrateUp } from '../../src/store/migrations/migrate-up.ts';
import { openControlDatabase } from '../../src/store/open-control-database.ts';
import { withDatabase, type DatabaseKind, type TestDatabases } from './test-databases.ts';

/** One database, opened as two processes would. */
export type DatabaseTwice = readonly [Database, Database];

/** A new database with its tables. Whoever calls closes it. */
export async function openTwice(databases: TestDatabases, kind: DatabaseKind): Promise<DatabaseTwice> {
  const config = await databases.create(kind);
  await withDatabase(config, (database) => migrateUp(database, 0));
  return [await openControlDatabase(config), await openControlDatabase(config)];
}

export async function closeBoth(opened: DatabaseTwice): Promise<void> {
  await Promise.all(opened.map((database) => database.close()));
}
