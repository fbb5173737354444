import { sql, type QueryExecutorProvider } from 'kysely';
import type { SchemaDialect } from '../schema-dialect.ts';
import { StoreError } from '../store-error.ts';

const LONGEST_WAIT_SECONDS = 60;

/**
 * MySQL and MariaDB end a transaction with each change of the schema. A migration that was cut off is repeated from its beginning,
 * so each of its steps asks first whether it was done.
 */
export const mysqlSchema: SchemaDialect = {
  id: 'varchar(64)',
  name: 'varchar(191)',
  // Plain `text` ends at 64 KiB.
  longText: sql`mediumtext`,
  // Without this, names that differ in case or accents only would be the same.
  tableEnd: sql`engine = InnoDB default character set utf8mb4 collate utf8mb4_bin`,

  async hasTable(db, table) {
    const { rows } = await sql`select 1 from information_schema.tables where table_schema = database() and table_name = ${table}`.execute(db);
    return rows.length > 0;
  },

  async hasColumn(db, table, column) {
    const { rows } = await sql`
      select 1 from information_schema.columns where table_schema = database() and table_name = ${table} and column_name = ${column}
    `.execute(db);
    return rows.length > 0;
  },

  async hasIndex(db, table, index) {
    const { rows } = await sql`
      select 1 from information_schema.statistics where table_schema = database() and table_name = ${table} and index_name = ${index}
    `.execute(db);
    return rows.length > 0;
  },

  async dropIndex(db, table, index) {
    await sql`drop index ${sql.ref(index)} on ${sql.table(table)}`.execute(db);
  },

  withMigrationLock: (db, work) =>
    db.connection().execute(async (connection) => {
      // Locks are of the whole server, and names of at most 64 characters.
      const name = sql`concat('headgate ', md5(database()))`;
      const { rows } = await sql<{ isHeld: number | null }>`select get_lock(${name}, ${LONGEST_WAIT_SECONDS}) as isHeld`.execute(connection);
      if (rows[0]?.isHeld !== 1)
        throw new StoreError(`Another process changes the schema of the database since ${LONGEST_WAIT_SECONDS} s. Try again later.`);
      try {
        return await work(connection);
      } finally {
        await release(connection, name);
      }
    }),
};

/** A connection that is gone has let its lock go already. */
async function release(connection: QueryExecutorProvider, name: ReturnType<typeof sql>): Promise<void> {
  await sql`do release_lock(${name})`.execute(connection).catch(() => undefined);
}
