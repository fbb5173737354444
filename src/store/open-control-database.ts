import type { DatabaseConfig } from '../config/database-config.ts';
import { CONTROL_USE, type Database } from './database.ts';
import { openDatabase } from './open-database.ts';

/** Opens a database for the thread that serves requests: none of its statements blocks it. The schema is left as it is. */
export async function openControlDatabase(config: DatabaseConfig): Promise<Database> {
  if (config.kind === 'sqlite') return (await import('./sqlite/open-sqlite-thread.ts')).openSqliteThread(config);
  return openDatabase(config, CONTROL_USE);
}
