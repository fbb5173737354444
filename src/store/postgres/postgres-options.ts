import pg from 'pg';
import type { ServerDatabaseConfig } from '../../config/database-config.ts';
import type { DatabaseUse } from '../database.ts';
import { readNumber } from '../read-number.ts';
import { tlsOptions } from '../tls-options.ts';

/** How long nobody may have spoken before the other side is asked whether it is still there. */
const QUIET_MS = 10_000;
const BIGINT = 20;
const NUMERIC = 1700;

/** The driver reads them whatever it is told; they are meant for other programs. */
const FOREIGN_VARIABLES = ['PGOPTIONS', 'PGREPLICATION', 'PGBINARY'];

/** A connection as the driver takes it. Everything is said here, because what is left out comes from PGHOST, PGPASSWORD, PGSSLMODE and their like. */
export function postgresOptions(config: ServerDatabaseConfig, use: Pick<DatabaseUse, 'connectTimeoutMs' | 'statementTimeoutMs'>): pg.ClientConfig {
  for (const name of FOREIGN_VARIABLES) delete process.env[name];
  return {
    host: config.host,
    port: config.port,
    user: config.user,
    password: () => config.password,
    database: config.database,
    ssl: sslOf(config),
    sslnegotiation: 'postgres',
    client_encoding: 'UTF8',
    application_name: 'headgate',
    connectionTimeoutMillis: use.connectTimeoutMs,
    query_timeout: use.statementTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: QUIET_MS,
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  };
}

function sslOf({ tls }: ServerDatabaseConfig): pg.ClientConfig['ssl'] {
  if (tls === null) return false;
  return { ...tlsOptions(tls), ...(tls.verify === 'issuer and name' ? {} : { checkServerIdentity: () => undefined }) };
}

function parserOf(oid: number, format?: 'text'): (text: string) => unknown {
  if (oid === BIGINT || oid === NUMERIC) return readNumber;
  return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
}
