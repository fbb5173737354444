import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Rest } from '../../ports/live-state.ts';
import { clearRest, nextRest, readiness } from './rests.ts';

const NOW = 1_000_000_000;
const sign = (kind: Rest['kind'], retryAtMs?: number) => ({ kind, reason: 'because', ...(retryAtMs === undefined ? {} : { retryAtMs }) });
const rest = (changes: Partial<Rest>): Rest => ({
  kind: 'rate-limited',
  reason: '',
  sinceMs: NOW - 1000,
  untilMs: NOW + 10_000,
  firm: false,
  step: 1,
  ...changes,
});

test('each kind begins with its own rest, and each further one in a row doubles it up to its cap', () => {
  const minute = 60_000;
  const ladders = {
    'rate-limited': [30_000, minute, 2 * minute, 4 * minute, 5 * minute, 5 * minute],
    'out-of-quota': [60, 120, 240, 480, 960, 1440, 1440].map((minutes) => minutes * minute),
    'auth-rejected': [10 * minute, 10 * minute],
    overloaded: [10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 320_000],
    'upstream-error': [10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 320_000],
    transport: [10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 320_000],
    malformed: [10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 320_000],
  } as const;
  for (const [kind, lengths] of Object.entries(ladders)) {
    let now = NOW;
    let running: Rest | null = null;
    for (const length of lengths) {
      running = nextRest(running, sign(kind as Rest['kind']), now - 1, now, 0);
      assert.equal((running?.untilMs ?? 0) - now, length, kind);
      now += length + 1000;
    }
  }
});

test('failures of the client make nobody rest', () => {
  for (const kind of ['client-fault', 'client-gone'] as const) assert.equal(nextRest(null, sign(kind), NOW - 1, NOW, 0.5), null);
});

test('jitter only lengthens, by at most a tenth', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const length = (nextRest(null, sign('rate-limited'), NOW - 1, NOW, random)?.untilMs ?? 0) - NOW;
      assert.ok(length >= 30_000 && length <= 33_000, String(length));
    }),
  );
});

test('jitter never touches a time that the upstream named', () => {
  for (const random of [0, 0.5, 0.999]) assert.equal(nextRest(null, sign('rate-limited', NOW + 2000), NOW - 1, NOW, random)?.untilMs, NOW + 2000);
});

test('requests that fail together are one sign: only an attempt that began after the rest did doubles it', () => {
  const first = nextRest(null, sign('overloaded'), NOW - 500, NOW, 0);
  assert.equal(nextRest(first, sign('overloaded'), NOW - 400, NOW + 5, 0)?.untilMs, NOW + 5 + 10_000);
  assert.equal(nextRest(first, sign('overloaded'), NOW + 4, NOW + 5, 0)?.untilMs, NOW + 5 + 20_000);
});

test('another kind of failure begins its own ladder', () => {
  const before = rest({ kind: 'overloaded', step: 5, untilMs: NOW - 1 });
  assert.equal(nextRest(before, sign('rate-limited'), NOW - 1, NOW, 0)?.untilMs, NOW + 30_000);
});

test('a longer rest is never shortened, and a shorter one is replaced', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1000, max: 7_200_000 }),
      fc.boolean(),
      fc.option(fc.integer({ min: 250, max: 3_600_000 })),
      (before, firm, named) => {
        const running = rest({ untilMs: NOW + before, firm });
        const next = nextRest(running, sign('overloaded', named === null ? undefined : NOW + named), NOW - 1, NOW, 0);
        assert.equal(next?.untilMs, NOW + Math.max(before, named ?? 10_000));
      },
    ),
  );
});

test('a time that the upstream named is met even when another, soft rest lasts longer', () => {
  const softFirst = nextRest(rest({ untilMs: NOW + 300_000 }), sign('rate-limited', NOW + 60_000), NOW - 1, NOW, 0);
  const namedFirst = nextRest(rest({ untilMs: NOW + 60_000, firm: true }), { ...sign('overloaded') }, NOW - 1, NOW + 55_000, 0);
  for (const found of [softFirst, namedFirst]) {
    assert.equal(readiness({ rest: found, probing: false }, NOW + 59_999), 'firm');
    assert.equal(readiness({ rest: found, probing: false }, NOW + 60_000), 'soft');
  }
});

test('a named end is firm until it comes and leaves nothing to find out', () => {
  const thing = { rest: nextRest(null, sign('rate-limited', NOW + 2000), NOW - 1, NOW, 0), probing: false };
  assert.equal(readiness(thing, NOW + 1999), 'firm');
  assert.equal(readiness(thing, NOW + 2000), 'ready');
});

test('a rest whose end is a guess may be probed while it runs, and wakes through one probe', () => {
  const thing = { rest: nextRest(null, sign('overloaded'), NOW - 1, NOW, 0), probing: false };
  assert.equal(readiness(thing, NOW + 9999), 'soft');
  assert.equal(readiness(thing, NOW + 10_000), 'half-open');
  thing.probing = true;
  assert.equal(readiness(thing, NOW + 9999), 'probing');
  assert.equal(readiness(thing, NOW + 10_000), 'probing');
});

test('a used-up quota is firm until its end and wakes through one probe', () => {
  const thing = { rest: nextRest(null, sign('out-of-quota'), NOW - 1, NOW, 0), probing: false };
  assert.equal(readiness(thing, NOW + 3_599_999), 'firm');
  assert.equal(readiness(thing, NOW + 3_600_000), 'half-open');
});

test('a success ends a rest that began before its attempt, and not one that began after it', () => {
  const before = { rest: rest({ sinceMs: NOW - 10 }), probing: false };
  const after = { rest: rest({ sinceMs: NOW + 10 }), probing: false };
  assert.equal(clearRest(before, NOW), true);
  assert.equal(clearRest(after, NOW), false);
  assert.equal(before.rest, null);
  assert.notEqual(after.rest, null);
});
