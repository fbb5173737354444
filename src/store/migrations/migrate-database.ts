import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { databaseLabel, type DatabaseConfig } from '../../config/database-config.ts';
import { MIGRATION_USE, type Database } from '../database.ts';
import { inspectDatabase } from '../inspect-database.ts';
import { lockJournal } from '../journal/journal-lock.ts';
import { openDatabase } from '../open-database.ts';
import { reasonOf } from '../reason-of.ts';
import { StoreError } from '../store-error.ts';
import { listApplied } from './list-applied.ts';
import { listPending } from './list-pending.ts';
import { migrateDown, type DownOptions } from './migrate-down.ts';
import { migrateUp } from './migrate-up.ts';
import { MIGRATIONS } from './migrations.ts';

export interface MigrationPlace {
  /** Its journal tells whether a gateway runs here. */
  readonly dataDir: string;
  readonly database: DatabaseConfig;
}

/** One migration, and when it was applied; null: not yet. */
export interface MigrationStanding {
  readonly version: number;
  readonly name: string;
  /** Epoch ms. */
  readonly appliedAt: number | null;
}

/**
 * Every migration with its standing, oldest first. Makes nothing.
 * @throws {StoreError} When the database is damaged or was changed by a newer Headgate.
 */
export async function standingOfMigrations({ database }: MigrationPlace): Promise<readonly MigrationStanding[]> {
  const applied = new Map<number, number>();
  if (database.kind !== 'sqlite' || existsSync(database.path)) {
    await within(database, async (opened) => {
      await listPending(opened);
      for (const { version, appliedAt } of await listApplied(opened)) applied.set(version, appliedAt);
    });
  }
  return MIGRATIONS.map(({ version, name }) => ({ version, name, appliedAt: applied.get(version) ?? null }));
}

/**
 * Brings the schema up to date, also while gateways run, and gives what was applied.
 * @throws {StoreError} When the database is damaged or was changed by a newer Headgate.
 */
export function bringUp({ database }: MigrationPlace, nowMs: number): Promise<readonly { version: number; name: string }[]> {
  return within(database, (opened) => migrateUp(opened, nowMs));
}

/**
 * Takes migrations back while no gateway runs here, and gives them.
 * @throws {StoreError} When a gateway runs, rows would be lost that may not be, or the version is none that this program knows.
 */
export async function takeDown(place: MigrationPlace, options: DownOptions): Promise<readonly { version: number; name: string }[]> {
  if (options.to !== 0 && !MIGRATIONS.some(({ version }) => version === options.to)) {
    throw new StoreError(`There is no schema ${options.to}: \`headgate migrate status\` lists them, and 0 is an empty database.`);
  }
  const journal = join(place.dataDir, 'journal');
  mkdirSync(journal, { recursive: true, mode: 0o700 });
  const lock = lockJournal(journal);
  try {
    return await within(place.database, (opened) => migrateDown(opened, options));
  } finally {
    lock.release();
  }
}

async function within<Result>(config: DatabaseConfig, work: (database: Database) => Promise<Result>): Promise<Result> {
  await inspectDatabase(config);
  const database = await openDatabase(config, MIGRATION_USE);
  try {
    return await work(database);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(`The schema of ${databaseLabel(config)} could not be read or changed: ${reasonOf(error)}.`);
  } finally {
    await database.close().catch(() => undefined);
  }
}
