import type { PoolConnection, QueryError, ResultSetHeader } from 'mysql2';
import type { CompiledQuery, QueryResult } from 'kysely';
import { checkParameters } from '../check-parameters.ts';
import type { PooledConnection } from '../pooled-driver.ts';

type Answer = ResultSetHeader | unknown[];

/** A connection of the driver `mysql2` as a connection of Kysely. */
export class MysqlConnection implements PooledConnection {
  readonly #connection: PoolConnection;
  readonly #timeoutMs: number;
  #isGone = false;

  constructor(connection: PoolConnection, timeoutMs: number) {
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#isGone) throw new Error('The connection was given up after a failure.');
    try {
      const answer = await this.#ask(query.sql, checkParameters(query.sql, query.parameters));
      if (Array.isArray(answer)) return { rows: answer as Row[] };
      return { rows: [], numAffectedRows: BigInt(answer.affectedRows), insertId: BigInt(answer.insertId) };
    } catch (error) {
      if (!isAnswer(error)) this.discard();
      throw error;
    }
  }

  streamQuery(): never {
    throw new Error('Answers of MySQL are not streamed here; ask with a limit.');
  }

  discard(): void {
    this.#isGone = true;
  }

  release(): void {
    if (this.#isGone) this.#connection.destroy();
    else this.#connection.release();
  }

  #ask(sql: string, values: unknown[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#connection.query<ResultSetHeader>({ sql, values, timeout: this.#timeoutMs }, (error, answer) =>
        error === null ? resolve(answer) : reject(error),
      );
    });
  }
}

/** The server answered, and the connection is as good as before. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'sqlState' in error && (error as QueryError).fatal !== true;
}
