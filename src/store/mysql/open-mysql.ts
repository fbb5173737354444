import { Kysely, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler, sql } from 'kysely';
import { databaseLabel, type ServerDatabaseConfig } from '../../config/database-config.ts';
import type { Database, DatabaseUse } from '../database.ts';
import { PooledDriver } from '../pooled-driver.ts';
import type { Tables } from '../tables.ts';
import { mysqlPool } from './mysql-pool.ts';
import { mysqlSchema } from './mysql-schema.ts';

/** MySQL or MariaDB behind a pool. Nothing is connected yet. */
export function openMysql(config: ServerDatabaseConfig, use: DatabaseUse): Database {
  const pool = mysqlPool(config, use);
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new MysqlAdapter(),
      createQueryCompiler: () => new MysqlQueryCompiler(),
      createIntrospector: (on) => new MysqlIntrospector(on),
      createDriver: () => new PooledDriver(pool, 'begin'),
    },
  });
  return {
    kind: 'mysql',
    label: databaseLabel(config),
    db,
    schema: mysqlSchema,
    // Not `insert ignore`: that would also swallow values that do not fit.
    skipKnown: (insert) => insert.onDuplicateKeyUpdate({ id: sql`id` } as never),
    close: () => db.destroy(),
  };
}
