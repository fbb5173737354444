import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { refuseNewerSchema } from '../migrations/refuse-newer-schema.ts';
import { StoreError } from '../store-error.ts';
import { isTemporary, sqliteCode } from './sqlite-failure.ts';

const MAGIC = 'SQLite format 3\0';
/** A full check reads every page; beyond this size it would hold up the start. */
const CHECKED_BYTES = 16 * 1024 * 1024;
const NOT_THERE = 'ENOENT';

/**
 * Refuses a database that is damaged or belongs to a newer Headgate, without changing a byte of it.
 * A database that is busy passes: it can be written later. A transaction that a crash cut off is undone first.
 * @throws {StoreError}
 */
export function inspectSqlite(path: string): void {
  const bytes = sizeOf(path);
  if (bytes === 0) return;
  if (!hasMagic(path)) throw damaged(path, 'it is not a SQLite database');
  try {
    try {
      checkContent(path, bytes, true);
    } catch (error) {
      // A process that was killed while it made the database left a transaction to be undone, and only a writer may.
      if (sqliteCode(error) !== 'SQLITE_READONLY') throw error;
      checkContent(path, bytes, false);
    }
  } catch (error) {
    if (error instanceof StoreError) throw error;
    if (isTemporary(error)) return;
    const reason = error instanceof Error ? error.message : String(error);
    if (['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_FORMAT'].includes(sqliteCode(error))) throw damaged(path, reason);
    throw new StoreError(`The database ${path} cannot be read: ${reason}.`);
  }
}

function checkContent(path: string, bytes: number, readOnly: boolean): void {
  const database = new DatabaseSync(path, { readOnly, timeout: 1000 });
  try {
    if (bytes <= CHECKED_BYTES) checkPages(database, path);
    checkVersion(database, path);
  } finally {
    database.close();
  }
}

function checkPages(database: DatabaseSync, path: string): void {
  const answer = database.prepare('pragma quick_check(1)').get();
  const result = String(answer?.['quick_check']);
  if (result !== 'ok') throw damaged(path, result.replaceAll(/\s+/g, ' '));
}

function checkVersion(database: DatabaseSync, path: string): void {
  const table = database.prepare("select 1 from sqlite_schema where type = 'table' and name = 'schema_migrations'").get();
  if (table === undefined) return;
  refuseNewerSchema(path, Number(database.prepare('select max(version) as version from schema_migrations').get()?.['version'] ?? 0));
}

function damaged(path: string, reason: string): StoreError {
  return new StoreError(`The database ${path} is damaged: ${reason}. Nothing was changed. Go back to a backup with \`headgate backup restore\`.`);
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === NOT_THERE) return 0;
    throw new StoreError(`The database ${path} cannot be read: ${(error as Error).message}.`);
  }
}

function hasMagic(path: string): boolean {
  const head = Buffer.alloc(MAGIC.length);
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw new StoreError(`The database ${path} cannot be read: ${(error as Error).message}.`);
  }
  try {
    readSync(fd, head, 0, head.length, 0);
  } finally {
    closeSync(fd);
  }
  return head.toString('latin1') === MAGIC;
}
