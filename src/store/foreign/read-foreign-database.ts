import type { DatabaseConfig } from '../../config/database-config.ts';
import { MOST_FOREIGN_ROWS } from './collect-tables.ts';
import type { ForeignData, ForeignTableWish } from './foreign-data.ts';

/**
 * Reads tables of another program's database. Nothing is ever written to it.
 * @throws {StoreError} When it cannot be read; the sentence says what is wrong and holds no credentials.
 */
export async function readForeignDatabase(
  config: DatabaseConfig,
  wishes: readonly ForeignTableWish[],
  mostRows: number = MOST_FOREIGN_ROWS,
): Promise<ForeignData> {
  if (config.kind === 'sqlite') return (await import('./read-sqlite-tables.ts')).readSqliteTables(config.path, wishes, mostRows);
  return (await import('./read-server-tables.ts')).readServerTables(config, wishes, mostRows);
}
