import type { Database } from '../database.ts';
import { StoreError } from '../store-error.ts';
import { listApplied } from './list-applied.ts';
import type { Migration } from './migration.ts';
import { MIGRATIONS } from './migrations.ts';
import { refuseNewerSchema } from './refuse-newer-schema.ts';

export interface DownOptions {
  /** The version that stays the newest; 0: none stays. */
  readonly to: number;
  /** Rows may be destroyed. */
  readonly mayLose: boolean;
}

/**
 * Takes the newest migrations back, newest first, and gives them.
 * @throws {StoreError} When rows would be lost that may not be, or a newer Headgate has changed the database; nothing is changed then.
 */
export async function migrateDown(
  database: Database,
  options: DownOptions,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly Migration[]> {
  const { schema, label } = database;
  return schema.withMigrationLock(database.db, async (db) => {
    const applied = new Set((await listApplied({ db, schema })).map((migration) => migration.version));
    refuseNewerSchema(label, Math.max(0, ...applied), migrations.at(-1)?.version);
    const undone = migrations.filter(({ version }) => version > options.to && applied.has(version)).toReversed();
    if (!options.mayLose) await refuseLoss(label, undone, (migration) => migration.lossOfDown(db as never, schema));
    for (const migration of undone) {
      await migration.down(db as never, schema);
      await db.deleteFrom('schema_migrations').where('version', '=', migration.version).execute();
    }
    return undone;
  });
}

async function refuseLoss(label: string, undone: readonly Migration[], lossOf: (migration: Migration) => Promise<string | null>): Promise<void> {
  const losses: string[] = [];
  for (const migration of undone) {
    const loss = await lossOf(migration);
    if (loss !== null) losses.push(loss);
  }
  if (losses.length === 0) return;
  throw new StoreError(`Going back would destroy ${losses.join(' and ')} of ${label}. Nothing was changed. With --yes it is done all the same.`);
}
