import { hostname } from 'node:os';
import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { sqliteCode } from '../sqlite/sqlite-failure.ts';
import { StoreError } from '../store-error.ts';

/** Held while this process writes the journal. */
export interface JournalLock {
  release(): void;
}

/**
 * Takes the folder for this process alone. The lock is the operating system's, taken through SQLite because Node has no call for it:
 * it ends with the process however that ends, and holds between containers too, where process ids repeat.
 * @throws {StoreError} When another process has it.
 */
export function lockJournal(folder: string): JournalLock {
  const owner = join(folder, 'owner');
  const database = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
  try {
    database.exec('begin exclusive');
    writeFileSync(owner, `process ${process.pid} on ${hostname()}`);
  } catch (error) {
    database.close();
    if (!['SQLITE_BUSY', 'SQLITE_LOCKED'].includes(sqliteCode(error))) throw error;
    throw new StoreError(`${folder} is in use by another Headgate (${readOwner(owner)}). Stop that one, or give this one another data directory.`);
  }
  return { release: () => database.close() };
}

function readOwner(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return 'an unknown process';
  }
}
