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

  /** Runs a statement of any kind. */
  execute<Row>(sql: string, values: readonly unknown[]): QueryResult<Row> {
    const statement = this.#prepare(sql);
    const parameters = checkParameters(sql, values);
    if (statement.columns().length > 0) return { rows: statement.all(...parameters) as Row[] };
    const { changes, lastInsertRowid } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    return Promise.resolve(this.execute<Row>(sql, parameters));
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
