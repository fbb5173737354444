import type { DatabaseConfig } from '../../config/database-config.ts';
import { MIGRATION_USE, type Database } from '../database.ts';
import { openDatabase } from '../open-database.ts';
import { listPending } from './list-pending.ts';
import { migrateUp } from './migrate-up.ts';

/**
 * Brings the schema of an open database up to date; on a server over a connection of its own, whose statements may take long.
 * @throws {StoreError} When a newer Headgate has changed it.
 */
export async function bringUpSchema(database: Database, config: DatabaseConfig, nowMs: number): Promise<void> {
  if ((await listPending(database)).length === 0) return;
  if (config.kind === 'sqlite') {
    await migrateUp(database, nowMs);
    return;
  }
  const patient = await openDatabase(config, MIGRATION_USE);
  try {
    await migrateUp(patient, nowMs);
  } finally {
    await patient.close().catch(() => undefined);
  }
}
