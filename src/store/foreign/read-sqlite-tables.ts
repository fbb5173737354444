import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { reasonOf } from '../reason-of.ts';
import { sqliteCode } from '../sqlite/sqlite-failure.ts';
import { StoreError } from '../store-error.ts';
import { collectTables } from './collect-tables.ts';
import type { ForeignData, ForeignRow, ForeignTableWish } from './foreign-data.ts';

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
/** Where the header says that changes go to a log beside the file. */
const WRITE_VERSION_AT = 18;
const WRITE_AHEAD = 2;
const BUSY_TIMEOUT_MS = 5000;
const TABLES = "select name from sqlite_schema where type in ('table', 'view') and name not like 'sqlite~_%' escape '~'";

/**
 * Reads tables of a SQLite file without changing a byte of it.
 * @throws {StoreError} When it is not there, no database, damaged, or busy; the sentence names the file.
 */
export async function readSqliteTables(path: string, wishes: readonly ForeignTableWish[], mostRows: number): Promise<ForeignData> {
  const header = readHeader(path);
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new StoreError(`The file ${path} is not a SQLite database. Nothing was taken.`);
  let database: DatabaseSync | null = null;
  try {
    const opened = (database = new DatabaseSync(locationOf(path, header), { readOnly: true, timeout: BUSY_TIMEOUT_MS }));
    const names = opened
      .prepare(TABLES)
      .all()
      .map(({ name }) => String(name));
    const columnsOf = new Map(names.map((name) => [name, listColumns(opened, name)]));
    const select = (statement: string): Promise<readonly ForeignRow[]> => Promise.resolve(opened.prepare(statement).all());
    return await collectTables({ label: path, quote: '"', columnsOf, select }, wishes, mostRows);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(`The database ${path} cannot be read: ${explain(error)}. Nothing was taken.`);
  } finally {
    database?.close();
  }
}

function listColumns(database: DatabaseSync, table: string): readonly string[] {
  const rows = database.prepare('select name from pragma_table_info(?)').all(table);
  return rows.map(({ name }) => String(name));
}

/** A reader of a file in log mode makes files beside it, unless it is told that nobody writes; and without a log nobody does. */
function locationOf(path: string, header: Buffer): string | URL {
  if (header[WRITE_VERSION_AT] !== WRITE_AHEAD || existsSync(`${path}-wal`)) return path;
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url;
}

function readHeader(path: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    readSync(file, header, 0, HEADER_BYTES, 0);
    return header;
  } catch (error) {
    throw new StoreError(`The database ${path} cannot be read: ${reasonOf(error)}.`);
  } finally {
    if (file !== null) closeSync(file);
  }
}

function explain(error: unknown): string {
  // Its writer was killed: the way back stands beside it, and only a writer may go it.
  if (sqliteCode(error) === 'SQLITE_READONLY') return 'a change of it was cut off; start and stop the old program once, so that it can finish';
  return reasonOf(error);
}
