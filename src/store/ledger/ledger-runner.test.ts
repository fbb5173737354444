import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { exchangeRecord } from '../../../test/support/exchange-records.ts';
import { segmentPath } from '../journal/segment-files.ts';
import type { LedgerNews, LedgerOrder } from './ledger-messages.ts';
import { LedgerRunner } from './ledger-runner.ts';

const LINE = `${JSON.stringify({ settle: exchangeRecord('a') })}\n`;
const WHOLE = { segment: 1, bytes: Buffer.byteLength(LINE) };
/** Of the runner: at the opening, at the look whether it is time to prune, at the pruning itself. */
const CLOCK_READS = 3;

/** Lets a runner hear an order at one moment of its first round, which is when it reads the clock for this time, and gives what it told. */
async function hear(t: TestContext, order: LedgerOrder, atRead: number): Promise<readonly LedgerNews[]> {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-runner-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(segmentPath(folder, 1), LINE);
  const news: LedgerNews[] = [];
  const moved = Promise.withResolvers<void>();
  let reads = 0;
  const runner: LedgerRunner = new LedgerRunner({
    database: { kind: 'sqlite', path: join(folder, 'headgate.db') },
    folder,
    owner: { journal: 'this journal', process: 'one' },
    firstSegment: 1,
    retentionDays: 30,
    nowMs: () => {
      reads += 1;
      if (reads === atRead) runner.accept(order);
      return Date.UTC(2026, 10, 20, 13);
    },
    tell: (told) => {
      news.push(told);
      if (told.kind === 'moved' && told.position.bytes === WHOLE.bytes) moved.resolve();
    },
  });
  const ended = runner.run();
  await moved.promise;
  runner.accept({ kind: 'close', position: WHOLE });
  await ended;
  assert.ok(reads >= atRead, 'the order came');
  return news;
}

for (let atRead = 1; atRead <= CLOCK_READS; atRead += 1) {
  for (const kind of ['written', 'close'] as const) {
    test(`what is ordered while the ledger works is done, and not an hour later (${kind}, at the ${atRead}. look at the clock)`, async (t) => {
      const news = await hear(t, { kind, position: WHOLE }, atRead);
      assert.deepEqual(
        news.filter((told) => told.kind === 'failed' || told.kind === 'said'),
        [],
      );
    });
  }
}
