import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { Kysely } from 'kysely';
import type { SqliteDatabaseConfig } from '../../config/database-config.ts';
import type { Database } from '../database.ts';
import type { Tables } from '../tables.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteDialect } from './sqlite-dialect.ts';
import { sqliteCode } from './sqlite-failure.ts';
import { sqliteSchema } from './sqlite-schema.ts';

export interface SqliteDatabase extends Database {
  /** Beside Kysely, for what runs for every exchange. */
  readonly connection: SqliteConnection;
  readonly file: DatabaseSync;
}

const BUSY_TIMEOUT_MS = 5000;
const PRAGMAS = 'pragma synchronous = full; pragma foreign_keys = on;';
const RETRY_MS = 20;

/** Opens the file, and makes it when it is missing. */
export async function openSqlite({ path }: SqliteDatabaseConfig): Promise<SqliteDatabase> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    await useWriteAheadLog(file);
    file.exec(PRAGMAS);
  } catch (error) {
    file.close();
    throw error;
  }
  const connection = new SqliteConnection(file);
  return {
    label: path,
    db: new Kysely<Tables>({ dialect: new SqliteDialect(connection) }),
    connection,
    file,
    schema: sqliteSchema,
    skipKnown: (insert) => insert.onConflict((conflict) => conflict.column('id').doNothing()),
    close: () => Promise.resolve(file.close()),
  };
}

/** Two processes that change the mode of a new database at once do not wait for each other, whatever the timeout says. */
async function useWriteAheadLog(file: DatabaseSync): Promise<void> {
  for (const deadline = performance.now() + BUSY_TIMEOUT_MS; ; await pause(RETRY_MS)) {
    try {
      return file.exec('pragma journal_mode = wal');
    } catch (error) {
      if (sqliteCode(error) !== 'SQLITE_BUSY' || performance.now() > deadline) throw error;
    }
  }
}
