import { StoreError } from '../store-error.ts';
import { MIGRATIONS } from './migrations.ts';

const NEWEST_VERSION = Math.max(...MIGRATIONS.map((migration) => migration.version));

/**
 * Passes a database whose schema this program knows.
 * @throws {StoreError} When a newer Headgate has changed it.
 */
export function refuseNewerSchema(label: string, version: number, newest = NEWEST_VERSION): void {
  if (version <= newest) return;
  throw new StoreError(
    `The database ${label} was written by a newer Headgate (schema ${version}; this one knows ${newest}). Nothing was changed. ` +
      'Start the newer version, or go back to a backup: with `headgate backup restore` for SQLite, with the tools of the database for others.',
  );
}
