import { CompiledQuery } from 'kysely';
import { databaseLabel, type ServerDatabaseConfig } from '../../config/database-config.ts';
import type { DatabaseUse } from '../database.ts';
import type { ConnectionPool, PooledConnection } from '../pooled-driver.ts';
import { reasonOf } from '../reason-of.ts';
import { StoreError } from '../store-error.ts';
import { collectTables, type ForeignSource } from './collect-tables.ts';
import type { ForeignData, ForeignRow, ForeignTableWish } from './foreign-data.ts';

/** Whole tables are read, but none that takes long. */
const IMPORT_USE: DatabaseUse = { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 60_000 };

interface ServerWay {
  readonly quote: ForeignSource['quote'];
  readonly open: (config: ServerDatabaseConfig) => Promise<ConnectionPool>;
  /** Begins a transaction in which the server itself refuses every change, and which sees one moment. */
  readonly begin: readonly string[];
  readonly columns: string;
  readonly refusal: (error: Error) => Promise<string | null>;
}

const WAYS: Readonly<Record<ServerDatabaseConfig['kind'], ServerWay>> = {
  postgres: {
    quote: '"',
    open: async (config) => (await import('../postgres/postgres-pool.ts')).postgresPool(config, IMPORT_USE),
    begin: ['begin transaction isolation level repeatable read read only', `set local statement_timeout = ${IMPORT_USE.statementTimeoutMs}`],
    columns:
      'select table_name as "tableName", column_name as "columnName" from information_schema.columns where table_schema = current_schema() order by table_name, ordinal_position',
    refusal: async (error) => (await import('../postgres/postgres-failure.ts')).postgresRefusal(error),
  },
  mysql: {
    quote: '`',
    open: async (config) => (await import('../mysql/mysql-pool.ts')).mysqlPool(config, IMPORT_USE),
    begin: ['start transaction with consistent snapshot, read only'],
    columns:
      'select table_name as `tableName`, column_name as `columnName` from information_schema.columns where table_schema = database() order by table_name, ordinal_position',
    refusal: async (error) => (await import('../mysql/mysql-failure.ts')).mysqlRefusal(error),
  },
};

/**
 * Reads tables of a PostgreSQL, MySQL or MariaDB database in one transaction that cannot write.
 * @throws {StoreError} When it is away, lets nobody in, or a table cannot be read. The sentence holds neither user nor password.
 */
export async function readServerTables(config: ServerDatabaseConfig, wishes: readonly ForeignTableWish[], mostRows: number): Promise<ForeignData> {
  const way = WAYS[config.kind];
  const label = databaseLabel(config);
  const pool = await way.open(config);
  try {
    const connection = await pool.acquire();
    try {
      return await readAll(connection, way, label, wishes, mostRows);
    } finally {
      // What was begun is not worth an end of its own: a closed connection ends it too.
      connection.discard();
      connection.release();
    }
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(`The database ${label} ${await explain(error, way, config)}. Nothing was taken.`);
  } finally {
    await pool.close().catch(() => undefined);
  }
}

async function readAll(
  connection: PooledConnection,
  way: ServerWay,
  label: string,
  wishes: readonly ForeignTableWish[],
  mostRows: number,
): Promise<ForeignData> {
  for (const statement of way.begin) await connection.executeQuery(CompiledQuery.raw(statement));
  const { rows } = await connection.executeQuery<{ tableName: string; columnName: string }>(CompiledQuery.raw(way.columns));
  const columnsOf = new Map(
    [...Map.groupBy(rows, ({ tableName }) => tableName)].map(([table, columns]) => [table, columns.map(({ columnName }) => columnName)]),
  );
  const select = async (statement: string): Promise<readonly ForeignRow[]> =>
    (await connection.executeQuery<ForeignRow>(CompiledQuery.raw(statement))).rows;
  return collectTables({ label, quote: way.quote, columnsOf, select }, wishes, mostRows);
}

/** The words of the server name users and addresses; for what a person can put right there are our own. */
async function explain(error: unknown, way: ServerWay, config: ServerDatabaseConfig): Promise<string> {
  const refusal = error instanceof Error ? await way.refusal(error) : null;
  if (refusal !== null) return refusal.replace('what the ledger needs', 'the reading of a table');
  const reason = [config.password, config.user].filter(Boolean).reduce((text, secret) => text.replaceAll(secret, '…'), reasonOf(error));
  return `cannot be read: ${reason}`;
}
