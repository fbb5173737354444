import { CompiledQuery, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { DatabaseConnection, Dialect, Driver, Kysely } from 'kysely';

/** Kysely over one connection of SQLite. Kysely lends it to one caller after the other, for a statement or for a whole transaction. */
export class SqliteDialect implements Dialect {
  readonly #connection: DatabaseConnection;

  constructor(connection: DatabaseConnection) {
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
      // SQLite may have rolled back by itself, as it does on a full disk, and the reason is the error that counts.
      rollbackTransaction: (on) => say(on, 'rollback').catch(() => undefined),
      releaseConnection: () => Promise.resolve(),
      destroy: () => Promise.resolve(),
    };
  }
}
