import { CompiledQuery } from 'kysely';
import type { DatabaseConnection, Driver } from 'kysely';
import { StoreAway } from './store-away.ts';

/** A connection to a server, lent by its pool. */
export interface PooledConnection extends DatabaseConnection {
  /** Nothing is sent over it any more, and its pool closes it. */
  discard(): void;
  /** Gives it back to its pool. */
  release(): void;
}

export interface ConnectionPool {
  acquire(): Promise<PooledConnection>;
  close(): Promise<void>;
}

/** Transactions over the connections of a pool, for Kysely. */
export class PooledDriver implements Driver {
  readonly #pool: ConnectionPool;
  readonly #begin: CompiledQuery;

  /** `begin` is what begins a transaction, with the settings that hold in it. */
  constructor(pool: ConnectionPool, begin: string) {
    this.#pool = pool;
    this.#begin = CompiledQuery.raw(begin);
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  async acquireConnection(): Promise<PooledConnection> {
    try {
      return await this.#pool.acquire();
    } catch (error) {
      throw new StoreAway(error);
    }
  }

  async beginTransaction(connection: PooledConnection): Promise<void> {
    await connection.executeQuery(this.#begin);
  }

  async commitTransaction(connection: PooledConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  /** Never throws: the reason for the rollback is the error that counts. */
  async rollbackTransaction(connection: PooledConnection): Promise<void> {
    try {
      await connection.executeQuery(CompiledQuery.raw('rollback'));
    } catch {
      connection.discard();
    }
  }

  releaseConnection(connection: PooledConnection): Promise<void> {
    connection.release();
    return Promise.resolve();
  }

  destroy(): Promise<void> {
    return this.#pool.close();
  }
}
