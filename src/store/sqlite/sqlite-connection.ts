import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { checkParameters } from '../check-parameters.ts';

const CACHED_STATEMENTS = 256;

/** node:sqlite as a connection of Kysely, with a cache of prepared statements. */
export class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Runs a statement that returns no rows; the hot path of the ledger. */
  run(sql: string, parameters: readonly unknown[]): number {
    return Number(this.#prepare(sql).run(...checkParameters(sql, parameters)).changes);
  }

  executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const statement = this.#prepare(query.sql);
    const parameters = checkParameters(query.sql, query.parameters);
    if (statement.columns().length > 0) return Promise.resolve({ rows: statement.all(...parameters) as Row[] });
    const { changes, lastInsertRowid } = statement.run(...parameters);
    return Promise.resolve({ rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) });
  }

  streamQuery(): never {
    throw new Error('Answers of SQLite are not streamed here; ask with a limit.');
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= CACHED_STATEMENTS) this.#statements.clear();
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
