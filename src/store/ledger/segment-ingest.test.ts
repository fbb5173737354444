import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { exchangeRecord, openRecord } from '../../../test/support/exchange-records.ts';
import { segmentPath, type JournalPosition } from '../journal/segment-files.ts';
import type { Ledger } from './ledger.ts';
import { SegmentIngest } from './segment-ingest.ts';
import { SqliteLedger } from './sqlite-ledger.ts';

const opened = (id: string): string => `${JSON.stringify({ open: openRecord(id) })}\n`;
const settled = (id: string): string => `${JSON.stringify({ settle: exchangeRecord(id) })}\n`;

const OWNER = { journal: 'this journal', process: 'one' };
const NOW = Date.UTC(2026, 10, 20, 13);

interface Bench {
  readonly folder: string;
  readonly ledger: Ledger;
  write(segment: number, text: string): void;
  begin(firstSegment: number, stepBytes?: number): Promise<SegmentIngest>;
  outcomes(): Record<string, unknown>;
  parked(): unknown[];
}

async function bench(t: TestContext): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-ingest-'));
  const path = join(folder, 'headgate.db');
  const ledger = await SqliteLedger.open({ kind: 'sqlite', path }, OWNER, 0);
  t.after(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const ask = (sql: string): Record<string, unknown>[] => {
    const database = new DatabaseSync(path);
    const rows = database.prepare(sql).all();
    database.close();
    return rows;
  };
  return {
    folder,
    ledger,
    write: (segment, text) => writeFileSync(segmentPath(folder, segment), text),
    async begin(firstSegment, stepBytes = 1024): Promise<SegmentIngest> {
      const ingest = new SegmentIngest({ folder, firstSegment, stepBytes, onSentence: () => {} });
      await ingest.begin(ledger, NOW);
      return ingest;
    },
    outcomes: () => Object.fromEntries(ask('select id, outcome from exchanges order by id').map((row) => [String(row['id']), row['outcome']])),
    parked: () => ask('select id from open_exchanges').map((row) => row['id']),
  };
}

async function drain(ingest: SegmentIngest, ledger: Ledger, target: JournalPosition): Promise<number> {
  let steps = 0;
  while (await ingest.step(ledger, target)) steps += 1;
  return steps;
}

test('reads only as far as it was told, and goes on from there', async (t) => {
  const { ledger, write, begin, outcomes } = await bench(t);
  const ingest = await begin(1);
  write(1, settled('a') + settled('b'));
  await drain(ingest, ledger, { segment: 1, bytes: settled('a').length });
  assert.deepEqual(Object.keys(outcomes()), ['a']);
  assert.deepEqual(ingest.position, { segment: 1, bytes: settled('a').length });
  await drain(ingest, ledger, { segment: 1, bytes: settled('a').length * 2 });
  assert.deepEqual(Object.keys(outcomes()), ['a', 'b']);
});

test('takes many records in bounded steps', async (t) => {
  const { ledger, write, begin, outcomes } = await bench(t);
  const ids = Array.from({ length: 30 }, (_, index) => `x${index + 10}`);
  write(1, ids.map(settled).join(''));
  const steps = await drain(await begin(2, 4096), ledger, { segment: 2, bytes: 0 });
  assert.ok(steps > 5);
  assert.deepEqual(Object.keys(outcomes()), ids);
});

test('a line longer than a step is one line', async (t) => {
  const { ledger, write, begin, outcomes } = await bench(t);
  write(1, settled('a'));
  await drain(await begin(2, 16), ledger, { segment: 2, bytes: 0 });
  assert.deepEqual(outcomes(), { a: 'ok' });
});

test('removes a segment that is read and written no more, and keeps the one being written', async (t) => {
  const { folder, ledger, write, begin } = await bench(t);
  const ingest = await begin(1);
  write(1, settled('a'));
  write(2, settled('b'));
  await drain(ingest, ledger, { segment: 2, bytes: settled('b').length });
  assert.ok(!existsSync(segmentPath(folder, 1)));
  assert.ok(existsSync(segmentPath(folder, 2)));
  assert.equal(ingest.removedBytes, settled('a').length);
  assert.deepEqual(ingest.position, { segment: 2, bytes: settled('b').length });
});

test('an exchange that outlives its segment and is settled later is no crash', async (t) => {
  const { ledger, write, begin, outcomes, parked } = await bench(t);
  const ingest = await begin(1);
  write(1, opened('long'));
  write(2, '');
  await drain(ingest, ledger, { segment: 2, bytes: 0 });
  assert.deepEqual(parked(), ['long']);
  write(2, settled('long'));
  await drain(ingest, ledger, { segment: 2, bytes: settled('long').length });
  assert.deepEqual(parked(), []);
  await drain(await begin(3), ledger, { segment: 3, bytes: 0 });
  assert.deepEqual(outcomes(), { long: 'ok' });
});

test('an exchange that outlives its segment and not its process is settled as crashed at the next start, once', async (t) => {
  const { ledger, write, begin, outcomes, parked } = await bench(t);
  write(1, opened('long') + opened('short') + settled('short'));
  write(2, '');
  await drain(await begin(1), ledger, { segment: 2, bytes: 0 });
  assert.deepEqual(outcomes(), { short: 'ok' });
  for (const firstSegment of [3, 4]) {
    await drain(await begin(firstSegment), ledger, { segment: firstSegment, bytes: 0 });
    assert.deepEqual(outcomes(), { long: 'crashed', short: 'ok' });
    assert.deepEqual(parked(), []);
  }
});

test('an exchange that this process opened is not crashed when the thread of the ledger starts over', async (t) => {
  const { ledger, write, begin, outcomes } = await bench(t);
  write(1, opened('running'));
  write(2, '');
  await drain(await begin(1), ledger, { segment: 2, bytes: 0 });
  await drain(await begin(1), ledger, { segment: 2, bytes: 0 });
  assert.deepEqual(outcomes(), {});
});

test('a step that the ledger refuses changes nothing and is repeated whole', async (t) => {
  const { ledger, write, begin, outcomes } = await bench(t);
  write(1, settled('a') + settled('b'));
  const ingest = await begin(2);
  let refusals = 1;
  const refusing = {
    settleEach(write: Parameters<Ledger['settleEach']>[0]): Promise<void> {
      return ledger.settleEach((insert) => {
        const ids = write(insert);
        if (refusals > 0) {
          refusals -= 1;
          throw new Error('database or disk is full');
        }
        return ids;
      });
    },
    park: (...args: Parameters<Ledger['park']>) => ledger.park(...args),
  } as Partial<Ledger> as Ledger;
  await assert.rejects(drain(ingest, refusing, { segment: 2, bytes: 0 }), /full/);
  assert.deepEqual(outcomes(), {});
  await drain(ingest, refusing, { segment: 2, bytes: 0 });
  assert.deepEqual(outcomes(), { a: 'ok', b: 'ok' });
});
