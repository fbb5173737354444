import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Journal } from '../../src/ports/journal.ts';
import { nodeJournalFiles } from '../../src/store/journal/journal-files.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { exchangeRecord } from '../support/exchange-records.ts';
import { StoreFolder } from './store-folder.ts';

const LIMIT_MS = 10_000;

function settled(journal: Journal, id: string): Promise<void> {
  return new Promise((resolve) => journal.settle(exchangeRecord(id), resolve));
}

async function until(isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; !isTrue(); await pause(5)) assert.ok(Date.now() < end, 'it did not happen in time');
}

test('a full ledger or a locked one loses nothing and holds up nobody', async (t) => {
  const folder = new StoreFolder(t);
  await folder.replay();
  const other = new DatabaseSync(folder.database);
  other.exec('begin immediate');
  const store = await folder.open();
  const started = performance.now();
  await settled(store.journal, 'meanwhile');
  assert.ok(performance.now() - started < 1000, 'the answer does not wait for the ledger');
  await until(() => store.journal.status.ledgerErrors > 0);
  assert.match(store.journal.status.problem ?? '', /headgate\.db could not be written \(database is locked\)/);
  assert.equal(store.journal.status.lag, 1);
  other.exec('rollback');
  other.close();
  await until(() => store.journal.status.lag === 0);
  assert.equal(store.journal.status.problem, null);
  await store.close();
  assert.equal(folder.rows().length, 1);
});

test('a database that is removed while the gateway runs is made anew and takes what is not older than the journal', async (t) => {
  const folder = new StoreFolder(t);
  const store = await folder.open();
  await settled(store.journal, 'before');
  await until(() => store.journal.status.lag === 0);
  for (const name of readdirSync(folder.path)) if (name.startsWith('headgate.db')) rmSync(join(folder.path, name));
  await settled(store.journal, 'after');
  await until(() => store.journal.status.lag === 0);
  await store.close();
  assert.deepEqual(
    folder.rows().map((row) => row['id']),
    ['after', 'before'],
  );
});

test('a full disk fails no exchange, and what waited is written when there is room', async (t) => {
  const folder = new StoreFolder(t);
  let isFull = false;
  const files = {
    ...nodeJournalFiles,
    write(fd: number, bytes: Uint8Array): number {
      if (isFull) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      return nodeJournalFiles.write(fd, bytes);
    },
  };
  const store = await folder.open({ files });
  await settled(store.journal, 'a');
  isFull = true;
  await settled(store.journal, 'b');
  await settled(store.journal, 'c');
  assert.match(store.journal.status.problem ?? '', /ENOSPC/);
  assert.ok(store.journal.status.writeErrors > 0);
  isFull = false;
  await until(() => store.journal.status.lag === 0);
  assert.equal(store.journal.status.problem, null);
  assert.equal(store.journal.status.lost, 0);
  await store.close();
  assert.deepEqual(
    folder.rows().map((row) => row['id']),
    ['a', 'b', 'c'],
  );
});

function refusal(file: string, more: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StoreError);
    assert.ok(error.message.includes(file), error.message);
    assert.match(error.message, more);
    return true;
  };
}

for (const [what, damage] of Object.entries({
  'is no database': (path: string) => writeFileSync(path, 'hello, this is not a database at all\n'.repeat(100)),
  'is cut short': (path: string) => writeFileSync(path, readFileSync(path).subarray(0, statSync(path).size - 4096 * 3)),
  'has damaged pages': (path: string) => {
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096, 4096 * 4);
    writeFileSync(path, bytes);
  },
})) {
  test(`a database that ${what} is refused with a sentence and left as it is`, async (t) => {
    const folder = new StoreFolder(t);
    await folder.replay();
    damage(folder.database);
    appendFileSync(join(folder.journal, '00000009.jsonl'), `${JSON.stringify({ settle: exchangeRecord('waiting') })}\n`);
    const bytes = readFileSync(folder.database);
    await assert.rejects(folder.open(), refusal(folder.database, /is damaged: .*headgate backup restore/));
    assert.deepEqual(readFileSync(folder.database), bytes);
    assert.deepEqual(folder.segments(), ['00000009.jsonl'], 'the journal waits for the restored database');
  });
}

test('a database of a newer schema is refused with a sentence and left as it is', async (t) => {
  const folder = new StoreFolder(t);
  await folder.replay();
  const newer = new DatabaseSync(folder.database);
  newer.exec("insert into schema_migrations (version, name, applied_at) values (99, 'from the future', 0)");
  newer.close();
  const bytes = readFileSync(folder.database);
  await assert.rejects(folder.open(), refusal(folder.database, /newer Headgate \(schema 99; .*headgate backup restore/));
  assert.deepEqual(readFileSync(folder.database), bytes);
});

test('two gateways never write one data directory, and the second can when the first is gone', async (t) => {
  const folder = new StoreFolder(t);
  const first = await folder.open();
  await assert.rejects(folder.open(), refusal(folder.journal, new RegExp(`in use by another Headgate \\(process ${process.pid} on`)));
  await first.close();
  await folder.replay();
});

test('a data directory that cannot be made is refused with a sentence', async (t) => {
  const folder = new StoreFolder(t);
  const path = join(folder.path, 'file');
  writeFileSync(path, '');
  await assert.rejects(folder.open({ dataDir: join(path, 'data') }), refusal(path, /cannot be used: .*Headgate needs to read and write it/));
});
