import pg from 'pg';
import type { ServerDatabaseConfig } from '../../config/database-config.ts';
import type { DatabaseUse } from '../database.ts';
import type { ConnectionPool } from '../pooled-driver.ts';
import { readNumber } from '../read-number.ts';
import { tlsOptions } from '../tls-options.ts';
import { PostgresConnection } from './postgres-connection.ts';

/** How long nobody may have spoken before the other side is asked whether it is still there. */
const QUIET_MS = 10_000;
const BIGINT = 20;
const NUMERIC = 1700;

/** The driver reads them whatever it is told; they are meant for other programs. */
const FOREIGN_VARIABLES = ['PGOPTIONS', 'PGREPLICATION', 'PGBINARY'];

/** Everything else is said here, because what is left out comes from PGHOST, PGPASSWORD, PGSSLMODE and their like. */
export function postgresPool(config: ServerDatabaseConfig, use: DatabaseUse): ConnectionPool {
  for (const name of FOREIGN_VARIABLES) delete process.env[name];
  const pool = new pg.Pool({
    host: config.host,
    port: config.port,
    user: config.user,
    password: () => config.password,
    database: config.database,
    ssl: sslOf(config),
    sslnegotiation: 'postgres',
    client_encoding: 'UTF8',
    application_name: 'headgate',
    max: use.connections,
    connectionTimeoutMillis: use.connectTimeoutMs,
    query_timeout: use.statementTimeoutMs,
    idleTimeoutMillis: 0,
    keepAlive: true,
    keepAliveInitialDelayMillis: QUIET_MS,
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  });
  // A connection that ends while nobody uses it is no event: the next statement opens another.
  pool.on('error', () => {});
  return {
    acquire: async () => new PostgresConnection(await pool.connect()),
    close: () => pool.end(),
  };
}

function sslOf({ tls }: ServerDatabaseConfig): pg.PoolConfig['ssl'] {
  if (tls === null) return false;
  return { ...tlsOptions(tls), ...(tls.verify === 'issuer and name' ? {} : { checkServerIdentity: () => undefined }) };
}

function parserOf(oid: number, format?: 'text'): (text: string) => unknown {
  if (oid === BIGINT || oid === NUMERIC) return readNumber;
  return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
}
