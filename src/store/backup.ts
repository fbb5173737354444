import { constants, copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { databaseLabel, type DatabaseConfig, type SqliteDatabaseConfig } from '../config/database-config.ts';
import { lockJournal } from './journal/journal-lock.ts';
import { inspectSqlite } from './sqlite/inspect-sqlite.ts';
import { StoreError } from './store-error.ts';

/** Where the ledger is, and the journal beside it that tells whether a gateway runs. */
export interface LedgerPlace {
  readonly dataDir: string;
  readonly database: DatabaseConfig;
}

/** SQLite keeps what is not yet in the database beside it; a restored one must not meet the other's. */
const COMPANIONS = ['', '-wal', '-shm'];

/**
 * Copies the ledger to a new file, page by page, also while a gateway writes it.
 * @throws {StoreError} When there is no database or it is no file, or the new file exists already.
 */
export async function createBackup(place: LedgerPlace, file: string): Promise<void> {
  const database = requireFile(place.database).path;
  if (!existsSync(database)) throw new StoreError(`There is no database ${database} to copy.`);
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
export function restoreBackup(place: LedgerPlace, file: string, nowMs: number): string | null {
  const database = requireFile(place.database).path;
  const journal = join(place.dataDir, 'journal');
  if (!existsSync(file)) throw new StoreError(`There is no file ${file}.`);
  inspectSqlite(file);
  mkdirSync(journal, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(database), { recursive: true, mode: 0o700 });
  const lock = lockJournal(journal);
  try {
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

function requireFile(database: DatabaseConfig): SqliteDatabaseConfig {
  if (database.kind === 'sqlite') return database;
  const tools = database.kind === 'postgres' ? 'pg_dump and pg_restore' : 'mariadb-dump and mariadb, or mysqldump and mysql';
  throw new StoreError(`The ledger is ${databaseLabel(database)}: its server is copied with ${tools}. Nothing was done.`);
}
