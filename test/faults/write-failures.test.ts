import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { nodeJournalFiles } from '../../src/store/journal/journal-files.ts';
import type { JournalFiles } from '../../src/store/journal/journal-files.ts';
import { StoreFolder } from '../contracts/store-folder.ts';
import { assertNothingLost } from '../support/assert-nothing-lost.ts';
import { exchangeRecord, openRecord } from '../support/exchange-records.ts';
import { runMany } from '../support/run-many.ts';

const RUNS = 50;
const RECORDS = 55;
const KILLS = 8;

type Fault = 'full' | 'broken' | 'short';
const FAULTS: readonly Fault[] = ['full', 'broken', 'short'];

/** A file system of which the n-th write fails, and every second one of the syncs after it. */
function failingFiles(n: number, fault: Fault): JournalFiles {
  let writes = 0;
  let syncs = 0;
  return {
    ...nodeJournalFiles,
    write: (fd, bytes) => {
      writes += 1;
      if (writes !== n) return nodeJournalFiles.write(fd, bytes);
      if (fault === 'short') return nodeJournalFiles.write(fd, bytes.subarray(0, Math.ceil(bytes.length / 3)));
      throw Object.assign(new Error(fault === 'full' ? 'ENOSPC: no space left on device' : 'EIO: i/o error'), {
        code: fault === 'full' ? 'ENOSPC' : 'EIO',
      });
    },
    sync: (fd, done) => {
      syncs += 1;
      if (writes >= n && syncs % 2 === 1) setImmediate(done, Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }));
      else nodeJournalFiles.sync(fd, done);
    },
  };
}

async function runWithFault(t: TestContext, n: number): Promise<number> {
  const fault = FAULTS[n % FAULTS.length] ?? 'full';
  const folder = new StoreFolder(t);
  const store = await folder.open({ files: failingFiles(n, fault), flushMs: 2 });
  const acknowledged: string[] = [];
  for (let next = 0; next < RECORDS; next += 1) {
    const id = `x-${String(next).padStart(6, '0')}`;
    store.journal.open(openRecord(id));
    await new Promise<void>((resolve) => store.journal.settle(exchangeRecord(id), resolve));
    acknowledged.push(id);
  }
  await store.close();
  const rows = await assertNothingLost(folder, acknowledged, `write ${n} failed (${fault})`);
  assert.equal(rows, RECORDS);
  assert.equal(store.journal.status.lost ?? 0, 0);
  return acknowledged.length;
}

test('whichever write of the journal fails, no acknowledged record is lost or there twice', async (t) => {
  const counts = await runMany(RUNS, 4, (index) => runWithFault(t, index + 1));
  const records = counts.reduce((sum, count) => sum + count, 0);
  t.diagnostic(
    `figure: n-th write of the journal fails, n = 1 to ${RUNS} (full, broken, short): 0 of ${counts.length} runs lost or doubled a record (${records} records)`,
  );
});

/** Kills the writing process after so many acknowledged records. */
async function killAfter(t: TestContext, limit: number): Promise<number> {
  const folder = new StoreFolder(t);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'settling-process.ts'), folder.path, '100000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.length / 9 >= limit) child.kill('SIGKILL');
  });
  await once(child, 'close');
  assert.equal(child.signalCode, 'SIGKILL');
  const acknowledged = said.split('\n').slice(0, -1);
  await assertNothingLost(folder, acknowledged, `killed after ${limit} records`);
  return acknowledged.length;
}

test('killed at any moment, the process leaves every acknowledged record', async (t) => {
  const counts = await runMany(KILLS, 2, (index) => killAfter(t, 1 + Math.floor(index ** 2 * 17)));
  t.diagnostic(`figure: SIGKILL at ${KILLS} moments (after ${counts.join(', ')} records): 0 acknowledged records lost or doubled`);
});
