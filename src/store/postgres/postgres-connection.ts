import type { PoolClient, QueryResult as PgResult } from 'pg';
import type { CompiledQuery, QueryResult } from 'kysely';
import { checkParameters } from '../check-parameters.ts';
import type { PooledConnection } from '../pooled-driver.ts';
import { StoreAway } from '../store-away.ts';
import { isPostgresAnswer, isPostgresAway } from './postgres-failure.ts';

/** A client of the driver `pg` as a connection of Kysely. */
export class PostgresConnection implements PooledConnection {
  readonly #client: PoolClient;
  /** Between two statements of a transaction nobody else hears that the connection broke, and an error without a listener ends the process. */
  readonly #onBreak = (): void => this.discard();
  #isGone = false;

  constructor(client: PoolClient) {
    this.#client = client;
    client.on('error', this.#onBreak);
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#isGone) throw new StoreAway('The connection was given up after a failure.');
    try {
      const { sql, parameters } = query;
      // Without parameters several statements may stand in one text; the last one counts.
      const answer = parameters.length === 0 ? await this.#client.query(sql) : await this.#client.query(sql, checkParameters(sql, parameters));
      const result = (Array.isArray(answer) ? answer.at(-1) : answer) as PgResult;
      // An aborted transaction answers a commit in this way, and with no error.
      if (sql === 'commit' && result.command === 'ROLLBACK') throw new StoreAway('The transaction was rolled back by the server.');
      return { rows: result.rows as Row[], numAffectedRows: BigInt(result.rowCount ?? 0) };
    } catch (error) {
      if (!isPostgresAnswer(error)) this.discard();
      throw isPostgresAway(error) ? new StoreAway(error) : error;
    }
  }

  streamQuery(): never {
    throw new Error('Answers of PostgreSQL are not streamed here; ask with a limit.');
  }

  discard(): void {
    this.#isGone = true;
  }

  release(): void {
    this.#client.off('error', this.#onBreak);
    this.#client.release(this.#isGone);
  }
}
