import { CompiledQuery } from 'kysely';
import { createPool, type Pool, type PoolConnection, type TypeCast } from 'mysql2';
import type { ServerDatabaseConfig } from '../../config/database-config.ts';
import type { DatabaseUse } from '../database.ts';
import type { ConnectionPool } from '../pooled-driver.ts';
import { readNumber } from '../read-number.ts';
import { tlsOptions } from '../tls-options.ts';
import { MysqlConnection } from './mysql-connection.ts';

/** How long nobody may have spoken before the other side is asked whether it is still there. */
const QUIET_MS = 10_000;
/** Strict, and with backslashes as the driver writes them into texts: a server without would read the texts otherwise. */
const SESSION =
  "set session sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ENGINE_SUBSTITUTION', session time_zone = '+00:00', session innodb_lock_wait_timeout = 10";
const SENT_AS_TEXT = new Set(['LONGLONG', 'NEWDECIMAL']);

export function mysqlPool(config: ServerDatabaseConfig, use: DatabaseUse): ConnectionPool {
  const pool = createPool({
    ...(config.host.startsWith('/') ? { socketPath: config.host } : { host: config.host, port: config.port }),
    user: config.user,
    password: config.password,
    database: config.database,
    ...(config.tls === null ? {} : { ssl: { ...tlsOptions(config.tls), verifyIdentity: config.tls.verify === 'issuer and name' } }),
    charset: 'UTF8MB4_BIN',
    connectTimeout: use.connectTimeoutMs,
    connectionLimit: use.connections,
    enableKeepAlive: true,
    keepAliveInitialDelay: QUIET_MS,
    typeCast: readField,
  });
  const prepared = new WeakSet<PoolConnection>();
  return {
    acquire: async () => {
      const lent = await connect(pool);
      const connection = new MysqlConnection(lent, use.statementTimeoutMs);
      if (!prepared.has(lent)) await prepare(connection);
      prepared.add(lent);
      return connection;
    },
    close: () => new Promise((resolve, reject) => pool.end((error) => (error ? reject(error) : resolve()))),
  };
}

async function prepare(connection: MysqlConnection): Promise<void> {
  try {
    await connection.executeQuery(CompiledQuery.raw(SESSION));
  } catch (error) {
    connection.discard();
    connection.release();
    throw error;
  }
}

function connect(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) => pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection))));
}

const readField: TypeCast = (field, next) => {
  if (!SENT_AS_TEXT.has(field.type)) return next();
  const text = field.string();
  return text === null ? null : readNumber(text);
};
