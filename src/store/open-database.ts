import type { DatabaseConfig } from '../config/database-config.ts';
import type { Database, DatabaseUse } from './database.ts';

/** Opens a database. Drivers are loaded when their database is chosen, so that SQLite starts no slower for the others. */
export async function openDatabase(config: DatabaseConfig, use: DatabaseUse): Promise<Database> {
  switch (config.kind) {
    case 'sqlite':
      return (await import('./sqlite/open-sqlite.ts')).openSqlite(config);
    case 'postgres':
      return (await import('./postgres/open-postgres.ts')).openPostgres(config, use);
    case 'mysql':
      return (await import('./mysql/open-mysql.ts')).openMysql(config, use);
  }
}
