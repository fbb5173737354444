import type { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { SqliteDatabaseConfig } from '../../config/database-config.ts';
import type { Database } from '../database.ts';
import type { Tables } from '../tables.ts';
import { openSqliteFile } from './open-sqlite-file.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteDialect } from './sqlite-dialect.ts';
import { sqliteSchema } from './sqlite-schema.ts';

export interface SqliteDatabase extends Database {
  /** Beside Kysely, for what runs for every exchange. */
  readonly connection: SqliteConnection;
  readonly file: DatabaseSync;
}

/** Opens the file on this thread, which every statement blocks; makes it when it is missing. */
export async function openSqlite({ path }: SqliteDatabaseConfig): Promise<SqliteDatabase> {
  const file = await openSqliteFile(path);
  const connection = new SqliteConnection(file);
  return {
    kind: 'sqlite',
    label: path,
    db: new Kysely<Tables>({ dialect: new SqliteDialect(connection) }),
    connection,
    file,
    schema: sqliteSchema,
    skipKnown: (insert) => insert.onConflict((conflict) => conflict.column('id').doNothing()),
    close: () => Promise.resolve(file.close()),
  };
}
