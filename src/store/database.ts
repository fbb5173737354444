import type { InsertQueryBuilder, InsertResult, Kysely } from 'kysely';
import type { SchemaDialect } from './schema-dialect.ts';
import type { Tables } from './tables.ts';

/** An open database of any kind. */
export interface Database {
  /** `mysql` is MariaDB as well. */
  readonly kind: 'sqlite' | 'postgres' | 'mysql';
  /** The database in a word for sentences; holds no password. */
  readonly label: string;
  readonly db: Kysely<Tables>;
  readonly schema: SchemaDialect;
  /** The same insert, with rows left out whose id is there already. */
  skipKnown<Table extends 'exchanges' | 'open_exchanges'>(
    insert: InsertQueryBuilder<Tables, Table, InsertResult>,
  ): InsertQueryBuilder<Tables, Table, InsertResult>;
  close(): Promise<void>;
}

/** How a database is opened. Connections and statement times are of the servers; SQLite has one connection and waits for locks only. */
export interface DatabaseUse {
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/** A statement of the ledger is a batch of rows; what takes longer than this hangs. */
export const LEDGER_USE: DatabaseUse = { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 15_000 };
/** The control plane has a few connections, and nobody waits for it longer than this. */
export const CONTROL_USE: DatabaseUse = { connections: 4, connectTimeoutMs: 5000, statementTimeoutMs: 30_000 };
/** The start does not wait long for a database that is away: the journal takes its place. */
export const INSPECTION_USE: DatabaseUse = { connections: 1, connectTimeoutMs: 2000, statementTimeoutMs: 2000 };
/** An index over many rows takes its time, and so does waiting for another migrator. */
export const MIGRATION_USE: DatabaseUse = { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 3_600_000 };
