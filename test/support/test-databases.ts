import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

import { sql } from 'kysely';
import type { DatabaseConfig, ServerDatabaseConfig } from '../../src/config/database-config.ts';
import type { Database, DatabaseUse } from '../../src/store/database.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { startMariadb, startPostgres, type DatabaseServer } from './database-servers.ts';

export const DATABASE_KINDS = ['sqlite', 'postgres', 'mysql'] as const;
export type DatabaseKind = (typeof DATABASE_KINDS)[number];

/** Databases of every kind for the tests of one file. */
export interface TestDatabases {
  readonly servers: Readonly<Record<ServerDatabaseConfig['kind'], DatabaseServer>>;
  /** A new and empty one. */
  create(kind: DatabaseKind): Promise<DatabaseConfig>;
  createOn(server: DatabaseServer): Promise<ServerDatabaseConfig>;
}

/** Starts both servers; they end with the file's tests. Throws a sentence about the program that this machine lacks. */
export async function startTestDatabases(): Promise<TestDatabases> {
  const [postgres, mysql] = await Promise.all([startPostgres(), startMariadb()]);
  const folder = mkdtempSync(join(tmpdir(), 'headgate-databases-'));
  after(async () => {
    await Promise.all([postgres.dispose(), mysql.dispose()]);
    rmSync(folder, { recursive: true, force: true });
  });
  let count = 0;
  const createOn = async (server: DatabaseServer): Promise<ServerDatabaseConfig> => {
    const database = `test_${(count += 1)}`;
    await withDatabase(server.admin, ({ db }) => sql`create database ${sql.raw(database)}`.execute(db));
    return { ...server.admin, database };
  };
  const servers = { postgres, mysql };
  const create = async (kind: DatabaseKind): Promise<DatabaseConfig> =>
    kind === 'sqlite' ? { kind, path: join(folder, `test_${(count += 1)}.db`) } : createOn(servers[kind]);
  return { servers, create, createOn };
}

/** Patient: a busy machine is no failure. */
const TEST_USE: DatabaseUse = { connections: 1, connectTimeoutMs: 60_000, statementTimeoutMs: 60_000 };

export async function withDatabase<Result>(config: DatabaseConfig, work: (database: Database) => Promise<Result>): Promise<Result> {
  const database = await openDatabase(config, TEST_USE);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** The address that DATABASE_URL takes. */
export function urlOf(config: DatabaseConfig): string {
  if (config.kind === 'sqlite') return `sqlite:${config.path}`;
  const { kind, user, password, host, port, database } = config;
  return `${kind}://${user}${password === '' ? '' : `:${encodeURIComponent(password)}`}@${host}:${port}/${database}`;
}
