import { constants, copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { lockJournal } from './journal/journal-lock.ts';
import { inspectDatabase } from './sqlite/inspect-database.ts';
import { StoreError } from './store-error.ts';

const DATABASE = 'headgate.db';
/** SQLite keeps what is not yet in the database beside it; a restored one must not meet the other's. */
const COMPANIONS = ['', '-wal', '-shm'];

/**
 * Copies the ledger of a data directory to a new file, page by page, also while a gateway writes it.
 * @throws {StoreError} When there is no database, or the file exists already.
 */
export async function createBackup(dataDir: string, file: string): Promise<void> {
  const database = join(dataDir, DATABASE);
  if (!existsSync(database)) throw new StoreError(`There is no database in ${dataDir} to copy.`);
  if (existsSync(file)) throw new StoreError(`The file ${file} exists already. Nothing was written.`);
  const source = new DatabaseSync(database, { readOnly: true, timeout: 5000 });
  try {
    await backup(source, file);
  } finally {
    source.close();
  }
}

/**
 * Puts a backup in the place of the ledger. What was there is kept beside it under another name, which is given back; null when nothing was.
 * @throws {StoreError} When the backup cannot be used, or a gateway runs on the directory.
 */
export function restoreBackup(dataDir: string, file: string, nowMs: number): string | null {
  if (!existsSync(file)) throw new StoreError(`There is no file ${file}.`);
  inspectDatabase(file);
  mkdirSync(join(dataDir, 'journal'), { recursive: true, mode: 0o700 });
  const lock = lockJournal(join(dataDir, 'journal'));
  try {
    const database = join(dataDir, DATABASE);
    const aside = `${database}.replaced-${new Date(nowMs).toISOString().replaceAll(':', '-')}`;
    const hadOne = existsSync(database);
    const draft = `${database}.restoring`;
    copyFileSync(file, draft, constants.COPYFILE_FICLONE);
    for (const companion of COMPANIONS) if (existsSync(`${database}${companion}`)) renameSync(`${database}${companion}`, `${aside}${companion}`);
    renameSync(draft, database);
    return hadOne ? aside : null;
  } finally {
    lock.release();
  }
}
