import { CompiledQuery, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { DatabaseConnection, Dialect, Driver, Kysely } from 'kysely';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Kysely over one connection of node:sqlite. Callers do not run two transactions at once: the ledger's thread works one step after the other. */
export class SqliteDialect implements Dialect {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  createAdapter = (): SqliteAdapter => new SqliteAdapter();
  createQueryCompiler = (): SqliteQueryCompiler => new SqliteQueryCompiler();
  createIntrospector = (db: Kysely<unknown>): SqliteIntrospector => new SqliteIntrospector(db);

  createDriver(): Driver {
    const connection = this.#connection;
    const say = async (on: DatabaseConnection, sql: string): Promise<void> => {
      await on.executeQuery(CompiledQuery.raw(sql));
    };
    return {
      init: () => Promise.resolve(),
      acquireConnection: () => Promise.resolve(connection),
      // Immediate: a transaction that reads first and writes later could else be refused half-way.
      beginTransaction: (on) => say(on, 'begin immediate'),
      commitTransaction: (on) => say(on, 'commit'),
      rollbackTransaction: (on) => say(on, 'rollback'),
      releaseConnection: () => Promise.resolve(),
      destroy: () => Promise.resolve(),
    };
  }
}
