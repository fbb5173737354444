import type { PoolClient, QueryResult as PgResult } from 'pg';
import type { CompiledQuery, QueryResult } from 'kysely';
import { checkParameters } from '../check-parameters.ts';
import type { PooledConnection } from '../pooled-driver.ts';

/** SQLSTATE: the server answered, and the connection is as good as before. */
const ANSWERED = /^[0-9A-Z]{5}$/;

/** A client of the driver `pg` as a connection of Kysely. */
export class PostgresConnection implements PooledConnection {
  readonly #client: PoolClient;
  #isGone = false;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#isGone) throw new Error('The connection was given up after a failure.');
    try {
      const { sql, parameters } = query;
      // Without parameters several statements may stand in one text; the last one counts.
      const answer = parameters.length === 0 ? await this.#client.query(sql) : await this.#client.query(sql, checkParameters(sql, parameters));
      const result = (Array.isArray(answer) ? answer.at(-1) : answer) as PgResult;
      // An aborted transaction answers a commit in this way, and with no error.
      if (sql === 'commit' && result.command === 'ROLLBACK') throw new Error('The transaction was rolled back by the server.');
      return { rows: result.rows as Row[], numAffectedRows: BigInt(result.rowCount ?? 0) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && ANSWERED.test(String(error.code)))) this.discard();
      throw error;
    }
  }

  streamQuery(): never {
    throw new Error('Answers of PostgreSQL are not streamed here; ask with a limit.');
  }

  discard(): void {
    this.#isGone = true;
  }

  release(): void {
    this.#client.release(this.#isGone);
  }
}
