import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import fc from 'fast-check';
import type { DatabaseConfig } from '../../src/config/database-config.ts';
import type { AttemptRecord, ExchangeRecord, Outcome } from '../../src/domain/exchange-record.ts';
import type { ProviderId, ProviderKeyId, PublicModel, VirtualKeyId } from '../../src/domain/ids.ts';
import { totalTokens, type Provenance } from '../../src/domain/usage.ts';
import { exchangeRow } from '../../src/store/ledger/exchange-row.ts';
import { migrateUp } from '../../src/store/migrations/migrate-up.ts';
import { percentileOf } from '../../src/store/reports/duration-spread.ts';
import { RANKINGS } from '../../src/store/reports/exchange-ranking.ts';
import { ExchangeReports } from '../../src/store/reports/exchange-reports.ts';
import type { ReportGroup } from '../../src/store/reports/report-columns.ts';
import { exchangeRecord } from '../support/exchange-records.ts';
import { DATABASE_KINDS, startTestDatabases, withDatabase, type DatabaseKind } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const BEGIN = Date.UTC(2026, 10, 19, 22);
const SPAN_MS = 6 * 3_600_000;
const FILTER = { fromMs: BEGIN + 1000, beforeMs: BEGIN + SPAN_MS - 1000 };
const PART_MS = BEGIN + SPAN_MS / 2;
const SEED = 20_261_120;
const ATTEMPT = { model: null, startedAt: BEGIN, reason: 'says },{ inside' } as const;

const records: readonly ExchangeRecord[] = fc
  .sample(
    fc.record({
      startedAt: fc.integer({ min: BEGIN, max: BEGIN + SPAN_MS }),
      duration: fc.double({ min: 0, max: 13, noNaN: true }),
      firstByte: fc.option(fc.double({ min: 0, max: 9, noNaN: true }), { freq: 3 }),
      status: fc.constantFrom(200, 200, 200, 201, 302, 400, 404, 429, 499, 500, 502, 0),
      outcome: fc.constantFrom<Outcome>('ok', 'ok', 'ok', 'upstream_error', 'timeout', 'client_gone', 'crashed'),
      provenance: fc.constantFrom<Provenance>('measured', 'measured', 'estimated', 'missing'),
      member: fc.option(fc.integer({ min: 0, max: 4 }), { freq: 5 }),
      key: fc.integer({ min: 0, max: 2 }),
      tokens: fc.array(fc.nat(5000), { minLength: 5, maxLength: 5 }),
      cost: fc.nat(1_000_000),
      priced: fc.boolean(),
      attempts: fc.array(fc.record({ key: fc.nat(2), status: fc.constantFrom(200, 429, 500, 0), ok: fc.boolean(), ms: fc.nat(900) }), {
        minLength: 2,
        maxLength: 4,
      }),
      several: fc.boolean(),
    }),
    { seed: SEED, numRuns: 1200 },
  )
  .map((made, index) => {
    const [input = 0, cacheRead = 0, cacheWrite = 0, output = 0, reasoning = 0] = made.tokens;
    const provider = `provider-${made.member ?? 0}` as ProviderId;
    const keyId = `k-${made.key}` as ProviderKeyId;
    const single: AttemptRecord = { ...ATTEMPT, provider, keyId, status: made.status, outcome: 'ok', durationMs: 1 };
    const several = made.attempts.map(({ key, status, ok, ms }): AttemptRecord => ({
      ...ATTEMPT,
      provider,
      keyId: `k-${key}` as ProviderKeyId,
      status,
      outcome: ok ? 'ok' : 'upstream-error',
      durationMs: ms,
    }));
    const { reason: _reason, ...plain } = single;
    return exchangeRecord(`r-${index}`, {
      startedAt: made.startedAt,
      durationMs: Math.exp(made.duration),
      firstByteMs: made.firstByte === null ? null : Math.exp(made.firstByte),
      status: made.status,
      outcome: made.outcome,
      provider: made.member === null ? null : provider,
      publicModel: made.member === null ? null : (`model-${made.member}` as PublicModel),
      virtualKeyId: made.member === null ? null : (`team-${made.member}` as VirtualKeyId),
      keyId: made.member === null ? null : keyId,
      usage: { input, cacheRead, cacheWrite, output, reasoning, audioInput: 0, audioOutput: 0, provenance: made.provenance },
      costMicroUsd: made.cost,
      priceVersion: made.priced ? '1' : null,
      attempts: made.several ? several : [plain],
    });
  });
const meant = records.filter(({ startedAt }) => startedAt >= FILTER.fromMs && startedAt < FILTER.beforeMs);

/** Splits a list by a word for each. */
function groupBy<Item>(items: readonly Item[], wordOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  return Map.groupBy(items, wordOf);
}

function sum<Item>(items: readonly Item[], figure: (item: Item) => number): number {
  return items.reduce((all, item) => all + figure(item), 0);
}

/** Sums of fractions depend on their order. */
function assertNear(actual: number | null, expected: number, what: string): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected)), `${what}: ${actual}, not ${expected}`);
}

function memberOf(record: ExchangeRecord, by: ReportGroup): string {
  const { publicModel, provider, keyId, virtualKeyId } = record;
  const names = { none: [null, null], model: [publicModel, null], provider: [provider, null], key: [provider, keyId], caller: [virtualKeyId, null] };
  return JSON.stringify(names[by]);
}

function toThreeDigits(ms: number): number {
  const step = ms < 1000 ? 1 : ms < 10_000 ? 10 : ms < 100_000 ? 100 : 1000;
  return Math.floor(ms / step) * step;
}

describe('reports of exchanges are what a recount comes to', { concurrency: DATABASE_KINDS.length }, () => {
  for (const kind of DATABASE_KINDS) describe(kind, { concurrency: 1 }, () => describeReports(kind));
});

function describeReports(kind: DatabaseKind): void {
  let config: DatabaseConfig;
  const read = <Result>(work: (reports: ExchangeReports) => Promise<Result>): Promise<Result> =>
    withDatabase(config, ({ db }) => work(new ExchangeReports(db)));

  before(async () => {
    config = await databases.create(kind);
    await withDatabase(config, async (database) => {
      await migrateUp(database, 0);
      for (let at = 0; at < records.length; at += 100)
        await database.db
          .insertInto('exchanges')
          .values(records.slice(at, at + 100).map(exchangeRow))
          .execute();
    });
  });

  test('sums of a window and of the one before', async () => {
    const cells = await read((reports) => reports.statistics(FILTER, PART_MS));
    const groups = groupBy(meant, (r) => [r.startedAt < PART_MS, r.outcome, Math.floor(r.status / 100), r.usage.provenance].map(String).join(' '));
    assert.equal(cells.length, groups.size);
    for (const cell of cells) {
      const what = [cell.isEarlier, cell.outcome, cell.statusClass, cell.provenance].map(String).join(' ');
      const group = groups.get(what) ?? [];
      const { isEarlier: _earlier, outcome: _outcome, statusClass: _class, provenance: _provenance, durationMs, firstByteMs, ...counts } = cell;
      assert.deepEqual(
        counts,
        {
          exchanges: group.length,
          unpriced: sum(group, (r) => (r.priceVersion === null ? 1 : 0)),
          input: sum(group, (r) => r.usage.input),
          cacheRead: sum(group, (r) => r.usage.cacheRead),
          cacheWrite: sum(group, (r) => r.usage.cacheWrite),
          output: sum(group, (r) => r.usage.output),
          reasoning: sum(group, (r) => r.usage.reasoning),
          costMicroUsd: sum(group, (r) => r.costMicroUsd),
          answered: group.filter((r) => r.firstByteMs !== null).length,
        },
        what,
      );
      assertNear(
        durationMs,
        sum(group, (r) => r.durationMs),
        what,
      );
      assertNear(
        firstByteMs,
        sum(group, (r) => r.firstByteMs ?? 0),
        what,
      );
    }
  });

  test('percentiles of durations, to three digits', async () => {
    for (const [column, field] of [['duration_ms', 'durationMs'] as const, ['first_byte_ms', 'firstByteMs'] as const]) {
      const counts = await read((reports) => reports.durations(column, FILTER, PART_MS));
      for (const isEarlier of [true, false]) {
        const exact = meant
          .filter((r) => r.startedAt < PART_MS === isEarlier)
          .map((r) => r[field])
          .filter((ms) => ms !== null)
          .toSorted((a, b) => a - b);
        const half = counts.filter((count) => count.isEarlier === isEarlier);
        for (const share of [0.01, 0.5, 0.95, 1])
          assert.equal(percentileOf(half, share), toThreeDigits(exact[Math.ceil(exact.length * share) - 1] ?? -1), `${column} ${share}`);
      }
    }
    assert.equal(percentileOf([], 0.5), null);
  });

  test('rankings by everything', async () => {
    for (const by of ['model', 'provider', 'key', 'caller'] as const) {
      const groups = groupBy(meant, (r) => memberOf(r, by));
      for (const ranking of RANKINGS) {
        const ranked = await read((reports) => reports.ranking(FILTER, by, ranking, 100));
        assert.equal(ranked.length, groups.size);
        const weights = ranked.map(({ exchanges, success, tokens, costMicroUsd }) =>
          ranking === 'failures' ? exchanges - success : { exchanges, tokens, cost: costMicroUsd }[ranking],
        );
        assert.deepEqual(
          weights,
          weights.toSorted((a, b) => b - a),
          `${by} by ${ranking}`,
        );
        for (const member of ranked) assertMember(member, groups.get(JSON.stringify([member.name, member.keyId])) ?? [], by);
        assert.deepEqual(
          (await read((reports) => reports.ranking(FILTER, by, ranking, 2))).map(({ exchanges }) => exchanges),
          ranked.slice(0, 2).map(({ exchanges }) => exchanges),
        );
      }
    }
  });

  test('series in stretches of any length, of all and of some', async () => {
    for (const [bucketMs, offsetMs] of [
      [60_000, 0],
      [3_600_000, 0],
      [86_400_000, 0],
      [86_400_000, 8 * 3_600_000],
      [86_400_000, -5.5 * 3_600_000],
    ] as const) {
      for (const by of ['none', 'model', 'provider', 'key', 'caller'] as const) {
        const cells = await read((reports) => reports.series(FILTER, { bucketMs, offsetMs }, by, null));
        const bucketOf = (r: ExchangeRecord): number => r.startedAt - ((r.startedAt + offsetMs) % bucketMs);
        const groups = groupBy(meant, (r) => `${bucketOf(r)} ${memberOf(r, by)}`);
        assert.equal(cells.length, groups.size, `${by} ${bucketMs}`);
        for (const cell of cells) assertMember(cell, groups.get(`${cell.t} ${JSON.stringify([cell.name, cell.keyId])}`) ?? [], by);
        if (by === 'none') continue;
        const members = [
          { name: null, keyId: null },
          { name: by === 'model' ? 'model-2' : by === 'caller' ? 'team-2' : 'provider-2', keyId: by === 'key' ? 'k-1' : null },
          { name: "nobody' or 1=1", keyId: by === 'key' ? 'none' : null },
        ];
        const some = await read((reports) => reports.series(FILTER, { bucketMs, offsetMs }, by, members));
        const wanted = new Set(members.map(({ name, keyId }) => JSON.stringify([name, keyId])));
        const expected = cells.filter(({ name, keyId }) => wanted.has(JSON.stringify([name, keyId])));
        assert.deepEqual(some.map(wordOf).toSorted(), expected.map(wordOf).toSorted());
        assert.deepEqual(await read((reports) => reports.series(FILTER, { bucketMs, offsetMs }, by, [])), []);
      }
    }
  });

  test('attempts by key, of exchanges with one attempt and with several', async () => {
    const buckets = { bucketMs: 3_600_000, offsetMs: 0 };
    const { cells, isComplete } = await read((reports) => reports.attempts(FILTER, buckets));
    assert.equal(isComplete, true);
    const wordOfCell = (cell: { provider: unknown; keyId: unknown; status: number; isOk: boolean; t: number }): string =>
      [cell.provider, cell.keyId, cell.status, cell.isOk, cell.t].map(String).join(' ');
    const expected = meant.flatMap((r) => {
      const t = r.startedAt - (r.startedAt % buckets.bucketMs);
      if (r.attempts.length === 1)
        return [{ provider: r.provider, keyId: r.keyId, status: r.status, isOk: r.outcome === 'ok', t, ms: r.durationMs, at: r.startedAt }];
      return r.attempts.map((a) => ({ ...a, isOk: a.outcome === 'ok', t, ms: a.durationMs, at: r.startedAt }));
    });
    const [told, recounted] = [groupBy(cells, wordOfCell), groupBy(expected, wordOfCell)];
    assert.deepEqual([...told.keys()].toSorted(), [...recounted.keys()].toSorted());
    for (const [word, group] of recounted) {
      const mine = told.get(word) ?? [];
      assert.equal(
        sum(mine, ({ attempts }) => attempts),
        group.length,
        word,
      );
      assertNear(
        sum(mine, ({ durationMs }) => durationMs),
        sum(group, ({ ms }) => ms),
        word,
      );
      assert.equal(Math.max(...mine.map(({ lastAtMs }) => lastAtMs)), Math.max(...group.map(({ at }) => at)), word);
    }
  });

  test('a window without exchanges comes to nothing', async () => {
    const empty = { fromMs: 0, beforeMs: 1000 };
    await read(async (reports) => {
      assert.deepEqual(await reports.statistics(empty, 500), []);
      assert.deepEqual(await reports.durations('duration_ms', empty, 500), []);
      assert.deepEqual(await reports.ranking(empty, 'model', 'cost', 10), []);
      assert.deepEqual(await reports.series(empty, { bucketMs: 60_000, offsetMs: 0 }, 'none', null), []);
      assert.deepEqual(await reports.attempts(empty, { bucketMs: 60_000, offsetMs: 0 }), { cells: [], isComplete: true });
    });
  });
}

function wordOf(cell: { readonly t: number; readonly name: string | null; readonly keyId: string | null; readonly exchanges: number }): string {
  return JSON.stringify([cell.t, cell.name, cell.keyId, cell.exchanges]);
}

function assertMember(
  told: {
    readonly exchanges: number;
    readonly success: number;
    readonly tokens: number;
    readonly costMicroUsd: number;
    readonly avgDurationMs: number;
  },
  group: readonly ExchangeRecord[],
  what: string,
): void {
  const { exchanges, success, tokens, costMicroUsd } = told;
  assert.deepEqual(
    { exchanges, success, tokens, costMicroUsd },
    {
      exchanges: group.length,
      success: group.filter(({ outcome }) => outcome === 'ok').length,
      tokens: sum(group, ({ usage }) => totalTokens(usage)),
      costMicroUsd: sum(group, (r) => r.costMicroUsd),
    },
    what,
  );
  assertNear(told.avgDurationMs, sum(group, (r) => r.durationMs) / group.length, what);
}
