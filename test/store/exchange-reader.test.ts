import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import type { DatabaseConfig } from '../../src/config/database-config.ts';
import type { ExchangeRecord, Outcome } from '../../src/domain/exchange-record.ts';
import type { ProviderId, ProviderKeyId, PublicModel, UpstreamModel, VirtualKeyId } from '../../src/domain/ids.ts';
import { decodeCursor, encodeCursor, type ExchangeCursor } from '../../src/store/exchange-cursor.ts';
import { ExchangeReader } from '../../src/store/exchange-reader.ts';
import type { ExchangeFilter } from '../../src/store/reports/exchange-filter.ts';
import { exchangeRow } from '../../src/store/ledger/exchange-row.ts';
import { migrateUp } from '../../src/store/migrations/migrate-up.ts';
import { exchangeRecord } from '../support/exchange-records.ts';
import { DATABASE_KINDS, startTestDatabases, withDatabase, type DatabaseKind } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const BEGIN = Date.UTC(2026, 10, 20);
const CLIENT_ID = '0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
const OUTCOMES: readonly Outcome[] = ['ok', 'upstream_error', 'timeout'];

/** Groups of four begin in the same millisecond, and ids do not follow the order of insertion. */
const RECORDS: readonly ExchangeRecord[] = Array.from({ length: 60 }, (_, index) =>
  exchangeRecord(`${((index * 7) % 60).toString().padStart(3, '0')}-${index}`, {
    startedAt: BEGIN + Math.floor(index / 4),
    provider: `provider-${index % 3}` as ProviderId,
    publicModel: `model-${index % 5}` as PublicModel,
    upstreamModel: `upstream-${index % 2}` as UpstreamModel,
    virtualKeyId: index % 4 === 0 ? null : (`key-${index % 4}` as VirtualKeyId),
    status: index % 6 === 0 ? 502 : 200,
    outcome: OUTCOMES[index % 3] ?? 'ok',
    costMicroUsd: index,
    durationMs: index * 1.5,
    stream: index % 7 === 0,
    keyId: `k-${index % 3}` as ProviderKeyId,
    answeredModel: index % 11 === 0 ? 'Odd_100%' : 'plain',
    clientRequestId: index === 17 ? CLIENT_ID : null,
  }),
);
const NEWEST_FIRST = RECORDS.toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));

const FILTERS: readonly (readonly [filter: ExchangeFilter, isMeant: (record: ExchangeRecord) => boolean])[] = [
  [{}, () => true],
  [{ fromMs: BEGIN + 3, beforeMs: BEGIN + 9 }, ({ startedAt }) => startedAt >= BEGIN + 3 && startedAt < BEGIN + 9],
  [{ provider: 'provider-1' }, ({ provider }) => provider === 'provider-1'],
  [{ virtualKeyId: 'key-3' }, ({ virtualKeyId }) => virtualKeyId === 'key-3'],
  [{ status: 502 }, ({ status }) => status === 502],
  [{ outcome: 'timeout' }, ({ outcome }) => outcome === 'timeout'],
  [{ model: 'model-4' }, ({ publicModel }) => publicModel === 'model-4'],
  [{ model: 'upstream-1' }, ({ upstreamModel }) => upstreamModel === 'upstream-1'],
  [{ model: 'MODEL-4' }, () => false],
  [{ virtualKeyId: null }, ({ virtualKeyId }) => virtualKeyId === null],
  [{ keyId: 'k-2' }, ({ keyId }) => keyId === 'k-2'],
  [{ statusClass: 5 }, ({ status }) => status >= 500],
  [{ statusClass: 2 }, ({ status }) => status < 300],
  [{ stream: true }, ({ stream }) => stream],
  [{ stream: false }, ({ stream }) => !stream],
  [{ minDurationMs: 30 }, ({ durationMs }) => durationMs >= 30],
  [{ minCostMicroUsd: 50 }, ({ costMicroUsd }) => costMicroUsd >= 50],
  [{ search: 'odd_100%' }, ({ answeredModel }) => answeredModel === 'Odd_100%'],
  [{ search: 'DEL-4' }, ({ publicModel }) => publicModel === 'model-4'],
  [{ search: '-33' }, ({ id }) => id.endsWith('-33')],
  [{ search: CLIENT_ID }, ({ clientRequestId }) => clientRequestId === CLIENT_ID],
  [{ search: CLIENT_ID.slice(3, 9) }, ({ clientRequestId }) => clientRequestId === CLIENT_ID],
  [{ search: "%' or '1'='1" }, () => false],
  [
    { provider: 'provider-0', outcome: 'ok', status: 200, model: 'model-3' },
    (r) => r.provider === 'provider-0' && r.publicModel === 'model-3' && r.status === 200,
  ],
];

describe('the reader of exchanges', { concurrency: DATABASE_KINDS.length }, () => {
  for (const kind of DATABASE_KINDS) describe(kind, { concurrency: 1 }, () => describeReader(kind));
});

function describeReader(kind: DatabaseKind): void {
  let config: DatabaseConfig;
  const read = <Result>(work: (reader: ExchangeReader) => Promise<Result>): Promise<Result> =>
    withDatabase(config, ({ db }) => work(new ExchangeReader(db)));

  before(async () => {
    config = await databases.create(kind);
    await withDatabase(config, async (database) => {
      await migrateUp(database, 0);
      await database.db.insertInto('exchanges').values(RECORDS.map(exchangeRow)).execute();
    });
  });

  test('every filter gives what it means, newest first, and sums it up', async () => {
    await read(async (reader) => {
      for (const [filter, isMeant] of FILTERS) {
        const expected = NEWEST_FIRST.filter(isMeant);
        const { items, next } = await reader.list(filter, 100);
        assert.deepEqual(items, expected, JSON.stringify(filter));
        assert.equal(next, null);
        assert.deepEqual(
          (await reader.list(filter, 100, null, false)).items,
          expected.map((record) => ({ ...record, trace: null })),
        );
        assert.deepEqual([await reader.count(filter, 1000), await reader.count(filter, 5)], [expected.length, Math.min(5, expected.length)]);
        const total = await reader.total(filter);
        assert.equal(total.exchanges, expected.length);
        assert.equal(
          total.costMicroUsd,
          expected.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0),
        );
        assert.equal(total.inputTokens, expected.length * 100);
      }
    });
  });

  test('pages of any size join to the whole list, each row once', async () => {
    await read(async (reader) => {
      for (const size of [1, 3, 4, 7, 59, 60, 61]) {
        const pages = await readPages(reader, size);
        assert.deepEqual(pages.flat(), NEWEST_FIRST, `pages of ${size}`);
        assert.equal(pages.length, Math.ceil(RECORDS.length / size));
      }
    });
  });

  test('rows that come or go while somebody turns the pages move no other', async () => {
    await withDatabase(config, async ({ db }) => {
      const reader = new ExchangeReader(db);
      const first = await reader.list({}, 10);
      const [removed] = first.items;
      await db
        .insertInto('exchanges')
        .values(exchangeRow(exchangeRecord('new', { startedAt: BEGIN + 1000 })))
        .execute();
      await db
        .deleteFrom('exchanges')
        .where('id', '=', removed?.id ?? '')
        .execute();
      const second = await reader.list({}, 10, first.next);
      assert.deepEqual(second.items, NEWEST_FIRST.slice(10, 20));
      await db.deleteFrom('exchanges').where('id', '=', 'new').execute();
      if (removed !== undefined) await db.insertInto('exchanges').values(exchangeRow(removed)).execute();
    });
  });

  test('one exchange is found by its id, and none by another', async () => {
    await read(async (reader) => {
      assert.deepEqual(await reader.find(RECORDS[5]?.id ?? ''), RECORDS[5]);
      assert.equal(await reader.find('nobody'), null);
    });
  });

  test('a sum that is larger than can be counted is an error, and no rounded figure', async () => {
    const large = await databases.create(kind);
    await withDatabase(large, async (database) => {
      await migrateUp(database, 0);
      const rows = ['a', 'b'].map((id) => exchangeRow(exchangeRecord(id, { costMicroUsd: Number.MAX_SAFE_INTEGER })));
      await database.db.insertInto('exchanges').values(rows).execute();
      await assert.rejects(new ExchangeReader(database.db).total({}), /18014398509481982|too large/);
    });
  });
}

async function readPages(reader: ExchangeReader, size: number): Promise<ExchangeRecord[][]> {
  const pages: ExchangeRecord[][] = [];
  for (let after: ExchangeCursor | null = null; ;) {
    const { items, next } = await reader.list({}, size, after);
    pages.push([...items]);
    if (next === null) return pages;
    after = decodeCursor(encodeCursor(next));
    assert.deepEqual(after, next);
  }
}
