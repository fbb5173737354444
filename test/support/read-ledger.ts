import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { waitFor } from './wait-for.ts';

/** A row of `exchanges`: names in camelCase, JSON columns parsed. */
export type LedgerRow = Readonly<Record<string, unknown>>;

/** All rows of the ledger, oldest first; none while the database or the table does not exist. */
export function readLedger(dataDir: string): readonly LedgerRow[] {
  const path = join(dataDir, 'headgate.db');
  if (!existsSync(path)) return [];
  const database = new DatabaseSync(path, { readOnly: true, timeout: 2000 });
  try {
    const known = database.prepare("select 1 from sqlite_master where type = 'table' and name = 'exchanges'").get();
    if (known === undefined) return [];
    // Ids are UUIDv7: their order is that of the start.
    return database.prepare('select * from exchanges order by id').all().map(readable);
  } finally {
    database.close();
  }
}

/** Waits until the ledger has at least `count` rows and gives all of them. */
export function waitForRows(dataDir: string, count: number, timeoutMs = 5000): Promise<readonly LedgerRow[]> {
  let rows: readonly LedgerRow[] = [];
  return waitFor(
    `${count} ledger rows in ${dataDir}`,
    () => {
      rows = readLedger(dataDir);
      return rows.length >= count ? rows : null;
    },
    { timeoutMs, intervalMs: 25, describe: () => `${rows.length} rows` },
  );
}

function readable(row: Readonly<Record<string, unknown>>): LedgerRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), parsed(value)]),
  );
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
