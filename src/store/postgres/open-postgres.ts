import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { databaseLabel, type ServerDatabaseConfig } from '../../config/database-config.ts';
import type { Database, DatabaseUse } from '../database.ts';
import { PooledDriver } from '../pooled-driver.ts';
import type { Tables } from '../tables.ts';
import { postgresPool } from './postgres-pool.ts';
import { postgresSchema } from './postgres-schema.ts';

/** PostgreSQL behind a pool. Nothing is connected yet. */
export function openPostgres(config: ServerDatabaseConfig, use: DatabaseUse): Database {
  const pool = postgresPool(config, use);
  // In the transaction, not in the session: between us and the server may stand a pool that lends sessions by the transaction.
  const begin = `begin; set local synchronous_commit = on; set local statement_timeout = ${use.statementTimeoutMs}`;
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createIntrospector: (on) => new PostgresIntrospector(on),
      createDriver: () => new PooledDriver(pool, begin),
    },
  });
  return {
    kind: 'postgres',
    label: databaseLabel(config),
    db,
    schema: postgresSchema,
    skipKnown: (insert) => insert.onConflict((conflict) => conflict.doNothing()),
    close: () => db.destroy(),
  };
}
