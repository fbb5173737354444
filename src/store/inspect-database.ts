import type { DatabaseConfig } from '../config/database-config.ts';

/**
 * Refuses a database that cannot be used as it is, without changing anything: damaged, of a newer Headgate, or one that does not let us in.
 * One that is away or busy passes: it can be written later.
 * @throws {StoreError}
 */
export async function inspectDatabase(config: DatabaseConfig): Promise<void> {
  if (config.kind === 'sqlite') (await import('./sqlite/inspect-sqlite.ts')).inspectSqlite(config.path);
  else await (await import('./inspect-server.ts')).inspectServer(config);
}
