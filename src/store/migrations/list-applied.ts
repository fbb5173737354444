import type { Database } from '../database.ts';

export interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  /** Epoch ms. */
  readonly appliedAt: number;
}

/** What was applied to a database, oldest first. Only reads. */
export async function listApplied({ db, schema }: Pick<Database, 'db' | 'schema'>): Promise<readonly AppliedMigration[]> {
  if (!(await schema.hasTable(db, 'schema_migrations'))) return [];
  const rows = await db.selectFrom('schema_migrations').selectAll().orderBy('version').execute();
  return rows.map((row) => ({ version: row.version, name: row.name, appliedAt: row.applied_at }));
}
