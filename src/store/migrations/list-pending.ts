import type { Database } from '../database.ts';
import { listApplied } from './list-applied.ts';
import type { Migration } from './migration.ts';
import { MIGRATIONS } from './migrations.ts';
import { refuseNewerSchema } from './refuse-newer-schema.ts';

/**
 * What a database lacks, oldest first. Only reads.
 * @throws {StoreError} When a newer Headgate has changed it.
 */
export async function listPending(
  database: Pick<Database, 'db' | 'schema' | 'label'>,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly Migration[]> {
  const applied = await listApplied(database);
  refuseNewerSchema(database.label, applied.at(-1)?.version ?? 0, migrations.at(-1)?.version);
  const done = new Set(applied.map((migration) => migration.version));
  return migrations.filter((migration) => !done.has(migration.version));
}
