import type { Database } from '../database.ts';
import { listPending } from './list-pending.ts';
import type { Migration } from './migration.ts';
import { MIGRATIONS } from './migrations.ts';

/**
 * Brings the schema up to date, and gives what was applied. Only one process at a time does; the others find it done.
 * A failure leaves the schema as it was, or half-way where the database can do no better; either way it can be repeated.
 * @throws {StoreError} When a newer Headgate has changed the database; nothing is changed then.
 */
export async function migrateUp(database: Database, nowMs: number, migrations: readonly Migration[] = MIGRATIONS): Promise<readonly Migration[]> {
  if ((await listPending(database, migrations)).length === 0) return [];
  const { schema, label } = database;
  return schema.withMigrationLock(database.db, async (db) => {
    await db.schema
      .createTable('schema_migrations')
      .ifNotExists()
      .addColumn('version', 'integer', (column) => column.primaryKey())
      .addColumn('name', 'varchar(64)', (column) => column.notNull())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .modifyEnd(schema.tableEnd)
      .execute();
    const pending = await listPending({ db, schema, label }, migrations);
    for (const migration of pending) {
      await migration.up(db as never, schema);
      const { version, name } = migration;
      await db.insertInto('schema_migrations').values({ version, name, applied_at: nowMs }).execute();
    }
    return pending;
  });
}
