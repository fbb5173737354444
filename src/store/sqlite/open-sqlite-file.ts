import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { sqliteCode } from './sqlite-failure.ts';

const BUSY_TIMEOUT_MS = 5000;
const PRAGMAS = 'pragma synchronous = full; pragma foreign_keys = on;';
const RETRY_MS = 20;

/** Opens the file with the settings that every user of it has, and makes it when it is missing. */
export async function openSqliteFile(path: string): Promise<DatabaseSync> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    await useWriteAheadLog(file);
    file.exec(PRAGMAS);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Two processes that change the mode of a new database at once do not wait for each other, whatever the timeout says. */
async function useWriteAheadLog(file: DatabaseSync): Promise<void> {
  for (const deadline = performance.now() + BUSY_TIMEOUT_MS; ; await pause(RETRY_MS)) {
    try {
      return file.exec('pragma journal_mode = wal');
    } catch (error) {
      if (sqliteCode(error) !== 'SQLITE_BUSY' || performance.now() > deadline) throw error;
    }
  }
}
