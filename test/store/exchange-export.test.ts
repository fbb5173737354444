import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { csvHead, csvLine } from '../../src/control/operations/exchange-csv.ts';
import { Exchanges } from '../../src/control/operations/exchanges.ts';
import type { Database } from '../../src/store/database.ts';
import { ExchangeReader } from '../../src/store/exchange-reader.ts';
import { exchangeRow } from '../../src/store/ledger/exchange-row.ts';
import { migrateUp } from '../../src/store/migrations/migrate-up.ts';
import { openControlDatabase } from '../../src/store/open-control-database.ts';
import { exchangeRecord } from '../support/exchange-records.ts';

const RECORDS = Array.from({ length: 1700 }, (_, index) => exchangeRecord(`e-${String(index).padStart(5, '0')}`, { costMicroUsd: index }));
const folder = mkdtempSync(join(tmpdir(), 'headgate-export-'));
let database: Database;

before(async () => {
  database = await openControlDatabase({ kind: 'sqlite', path: join(folder, 'test.db') });
  await migrateUp(database, 0);
  for (let at = 0; at < RECORDS.length; at += 100)
    await database.db
      .insertInto('exchanges')
      .values(RECORDS.slice(at, at + 100).map(exchangeRow))
      .execute();
});
after(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function collect(chunks: AsyncIterable<string>): Promise<readonly string[]> {
  const collected: string[] = [];
  for await (const chunk of chunks) collected.push(chunk);
  return collected;
}

function exporter(most?: number): Exchanges {
  return new Exchanges({ exchanges: new ExchangeReader(database.db) }, most);
}

test('an export is the whole list, a page at a time', async () => {
  const { rows, isCut, lines } = await exporter().exportCsv({}, new AbortController().signal);
  const chunks = await collect(lines);
  assert.deepEqual([rows, isCut, chunks.length], [1700, false, 5]);
  assert.equal(chunks.join(''), csvHead() + RECORDS.toReversed().map(csvLine).join(''));
});

test('an export says that rows are left out, and leaves out the oldest', async () => {
  const { rows, isCut, lines } = await exporter(1200).exportCsv({ minCostMicroUsd: 100 }, new AbortController().signal);
  const text = (await collect(lines)).join('');
  assert.deepEqual([rows, isCut], [1200, true]);
  assert.equal(text, csvHead() + RECORDS.toReversed().slice(0, 1200).map(csvLine).join(''));
  const exact = await exporter(1600).exportCsv({ minCostMicroUsd: 100 }, new AbortController().signal);
  assert.deepEqual([exact.rows, exact.isCut], [1600, false]);
});

test('an export reads no further when its client is gone', async () => {
  const client = new AbortController();
  const { lines } = await exporter().exportCsv({}, client.signal);
  let chunks = 0;
  for await (const _ of lines) {
    chunks += 1;
    if (chunks === 2) client.abort();
  }
  assert.equal(chunks, 2);
});
