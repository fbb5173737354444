import { sql } from 'kysely';
import type { SchemaDialect } from '../schema-dialect.ts';

/** Of all programs that lock something in this database, the migrations of Headgate have this number. */
const LOCK = 4_741_174_474;
const LONGEST_WAIT = '60s';

export const postgresSchema: SchemaDialect = {
  id: sql`varchar(64) collate "C"`,
  name: sql`varchar(191) collate "C"`,
  longText: 'text',
  tableEnd: sql``,

  async hasTable(db, table) {
    const { rows } = await sql`select 1 from information_schema.tables where table_schema = current_schema() and table_name = ${table}`.execute(db);
    return rows.length > 0;
  },

  async hasColumn(db, table, column) {
    const { rows } = await sql`
      select 1 from information_schema.columns where table_schema = current_schema() and table_name = ${table} and column_name = ${column}
    `.execute(db);
    return rows.length > 0;
  },

  async hasIndex(db, table, index) {
    const { rows } = await sql`
      select 1 from pg_indexes where schemaname = current_schema() and tablename = ${table} and indexname = ${index}
    `.execute(db);
    return rows.length > 0;
  },

  async dropIndex(db, _table, index) {
    await sql`drop index ${sql.ref(index)}`.execute(db);
  },

  withMigrationLock: (db, work) =>
    db.transaction().execute(async (transaction) => {
      await sql`set local lock_timeout = ${sql.lit(LONGEST_WAIT)}`.execute(transaction);
      // Held until the transaction ends, however it ends.
      await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(transaction);
      return work(transaction);
    }),
};
