import { sql } from 'kysely';
import type { SchemaDialect } from '../schema-dialect.ts';

export const sqliteSchema: SchemaDialect = {
  id: 'varchar(64)',
  name: 'varchar(191)',
  longText: 'text',
  tableEnd: sql``,

  async hasTable(db, table) {
    const { rows } = await sql`select 1 from sqlite_schema where type = 'table' and name = ${table}`.execute(db);
    return rows.length > 0;
  },

  async hasColumn(db, table, column) {
    const { rows } = await sql`select 1 from pragma_table_info(${table}) where name = ${column}`.execute(db);
    return rows.length > 0;
  },

  async hasIndex(db, table, index) {
    const { rows } = await sql`select 1 from sqlite_schema where type = 'index' and tbl_name = ${table} and name = ${index}`.execute(db);
    return rows.length > 0;
  },

  async dropIndex(db, _table, index) {
    await sql`drop index ${sql.ref(index)}`.execute(db);
  },

  // The dialect begins every transaction as an immediate one, which is the lock.
  withMigrationLock: (db, work) => db.transaction().execute(work),
};
