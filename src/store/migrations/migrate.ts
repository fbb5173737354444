import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';

/** Brings the schema up to date. All or nothing, and one process at a time: SQLite locks nothing by itself while a schema changes. */
export async function migrate(db: Kysely<Tables>, nowMs: number, migrations: readonly Migration[] = MIGRATIONS): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.schema
      .createTable('schema_migrations')
      .ifNotExists()
      .addColumn('version', 'integer', (column) => column.primaryKey())
      .addColumn('name', 'varchar(64)', (column) => column.notNull())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute();
    const applied = await transaction.selectFrom('schema_migrations').select('version').execute();
    const done = new Set(applied.map((row) => row.version));
    for (const { version, name, up } of migrations) {
      if (done.has(version)) continue;
      // A migration stands for the schema of its day, not for the tables that the code knows today.
      await up(transaction as unknown as Kysely<unknown>);
      await transaction.insertInto('schema_migrations').values({ version, name, applied_at: nowMs }).execute();
    }
  });
}
