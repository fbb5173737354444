import type { PoolConnection, ResultSetHeader } from 'mysql2';
import type { CompiledQuery, QueryResult } from 'kysely';
import { checkParameters } from '../check-parameters.ts';
import type { PooledConnection } from '../pooled-driver.ts';
import { StoreAway } from '../store-away.ts';
import { isMysqlAnswer, isMysqlAway } from './mysql-failure.ts';

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
    if (this.#isGone) throw new StoreAway('The connection was given up after a failure.');
    try {
      const answer = await this.#ask(query.sql, checkParameters(query.sql, query.parameters));
      if (Array.isArray(answer)) return { rows: answer as Row[] };
      return { rows: [], numAffectedRows: BigInt(answer.affectedRows), insertId: BigInt(answer.insertId) };
    } catch (error) {
      if (!isMysqlAnswer(error)) this.discard();
      throw isMysqlAway(error) ? new StoreAway(error) : error;
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
