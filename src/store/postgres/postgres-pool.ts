import pg from 'pg';
import type { ServerDatabaseConfig } from '../../config/database-config.ts';
import type { DatabaseUse } from '../database.ts';
import type { ConnectionPool } from '../pooled-driver.ts';
import { PostgresConnection } from './postgres-connection.ts';
import { postgresOptions } from './postgres-options.ts';

export function postgresPool(config: ServerDatabaseConfig, use: DatabaseUse): ConnectionPool {
  const pool = new pg.Pool({ ...postgresOptions(config, use), max: use.connections, idleTimeoutMillis: 0 });
  // A connection that ends while nobody uses it is no event: the next statement opens another.
  pool.on('error', () => {});
  return {
    acquire: async () => new PostgresConnection(await pool.connect()),
    close: () => pool.end(),
  };
}
