import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createBackup, restoreBackup, type LedgerPlace } from './backup.ts';
import { lockJournal } from './journal/journal-lock.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

function makeFolder(context: { after(act: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-backup-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function placeOf(dataDir: string): LedgerPlace {
  return { dataDir, database: { kind: 'sqlite', path: join(dataDir, 'headgate.db') } };
}

function writeRow(file: string, value: string): void {
  const database = new DatabaseSync(file);
  database.exec('pragma journal_mode = wal; create table if not exists t (v text)');
  database.prepare('insert into t values (?)').run(value);
  database.close();
}

function readRows(file: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare('select v from t').all();
  database.close();
  return rows.map((row) => row['v']);
}

test('a backup holds what the ledger held, and restoring it keeps what was there aside', async (context) => {
  const folder = makeFolder(context);
  const database = join(folder, 'headgate.db');
  const file = join(folder, 'copy.db');
  writeRow(database, 'before');
  await createBackup(placeOf(folder), file);
  writeRow(database, 'after');
  const aside = restoreBackup(placeOf(folder), file, NOW);
  assert.deepEqual(readRows(database), ['before']);
  assert.equal(aside, `${database}.replaced-2026-01-02T03-04-05.000Z`);
  assert.deepEqual(readRows(aside ?? ''), ['before', 'after']);
});

test('a damaged ledger can be replaced by a backup', async (context) => {
  const folder = makeFolder(context);
  const database = join(folder, 'headgate.db');
  writeRow(database, 'kept');
  await createBackup(placeOf(folder), join(folder, 'copy.db'));
  writeFileSync(database, 'not a database');
  restoreBackup(placeOf(folder), join(folder, 'copy.db'), NOW);
  assert.deepEqual(readRows(database), ['kept']);
});

test('a backup that is damaged, and one for a directory in use, change nothing', async (context) => {
  const folder = makeFolder(context);
  const database = join(folder, 'headgate.db');
  writeRow(database, 'kept');
  writeFileSync(join(folder, 'bad.db'), 'not a database');
  assert.throws(() => restoreBackup(placeOf(folder), join(folder, 'bad.db'), NOW), /bad\.db is damaged/);
  await createBackup(placeOf(folder), join(folder, 'copy.db'));
  restoreBackup(placeOf(folder), join(folder, 'copy.db'), NOW);
  const lock = lockJournal(join(folder, 'journal'));
  assert.throws(() => restoreBackup(placeOf(folder), join(folder, 'copy.db'), NOW), /in use by another Headgate/);
  lock.release();
  assert.deepEqual(readRows(database), ['kept']);
  await assert.rejects(createBackup(placeOf(folder), join(folder, 'copy.db')), /exists already/);
});

test('a ledger that is no file is left to the tools of its server, and they are named', async (context) => {
  const folder = makeFolder(context);
  const database = { kind: 'postgres', host: 'db', port: 5432, user: 'u', password: 'hunter22', database: 'd', tls: null } as const;
  await assert.rejects(createBackup({ dataDir: folder, database }, join(folder, 'copy.db')), /postgres:\/\/db:5432\/d: .*pg_dump/);
});
