import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PoolStrategy } from '../../config/snapshot.ts';
import { FAILURES, PoolRig } from '../../../test/support/pool-rig.ts';
import { aKey, aProvider } from '../../../test/support/snapshot-literals.ts';
import type { Lease } from './lease.ts';

function rigOf(weights: readonly number[], poolStrategy: PoolStrategy = 'weighted'): PoolRig {
  return new PoolRig([
    aProvider('p', { models: ['m'], poolStrategy, keys: weights.map((weight, index) => aKey('abcdefgh'.charAt(index), { weight })) }),
  ]);
}

function count(served: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const id of served) counts[id] = (counts[id] ?? 0) + 1;
  return counts;
}

const runs = (served: readonly string[]): number => Math.max(...(served.join('').match(/(.)\1*/g) ?? []).map((run) => run.length));

test('weights 3 and 1 give A A B A', () => {
  const rig = rigOf([3, 1]);
  assert.equal(Array.from({ length: 8 }, () => rig.attempt()).join(''), 'aabaaaba');
});

test('weights 3 and 1 give exactly 300 and 100 over 400 requests, never 4 in a row', () => {
  const rig = rigOf([3, 1]);
  const served = Array.from({ length: 400 }, () => rig.attempt());
  assert.deepEqual(count(served), { a: 300, b: 100 });
  assert.ok(runs(served) <= 3);
});

test('weights hold also while acquisitions and releases interleave', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { minLength: 100, maxLength: 400 }), (choices) => {
      const rig = rigOf([3, 1]);
      const served: string[] = [];
      const out: Lease[] = [];
      while (served.length < 400) {
        const choice = choices[served.length % choices.length] ?? 0;
        const back = choice < 5 ? undefined : out.splice(choice % Math.max(1, out.length), 1)[0];
        if (back !== undefined) rig.give(back, choice === 9 ? FAILURES.clientFault : null);
        const lease = rig.take();
        out.push(lease);
        served.push(lease.key.id);
      }
      assert.deepEqual(count(served), { a: 300, b: 100 });
      assert.ok(runs(served) <= 3);
    }),
    { numRuns: 20 },
  );
});

test('40 requests over 4 equal keys are 10 for each', () => {
  const rig = rigOf([1, 1, 1, 1]);
  const served = Array.from({ length: 40 }, () => rig.attempt());
  assert.deepEqual(count(served), { a: 10, b: 10, c: 10, d: 10 });
});

test('any weights are met exactly in each round of their sum', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), (weights) => {
      const rig = rigOf(weights);
      const sum = weights.reduce((a, b) => a + b, 0);
      for (let round = 0; round < 2; round += 1) {
        const counts = count(Array.from({ length: sum }, () => rig.attempt()));
        assert.deepEqual(
          weights.map((_, index) => counts['abcdefgh'.charAt(index)]),
          weights,
        );
      }
    }),
    { numRuns: 30 },
  );
});

test('weight 0 drains: the key serves what it has and gets nothing new', () => {
  const rig = rigOf([1, 0]);
  assert.deepEqual(count(Array.from({ length: 20 }, () => rig.attempt())), { a: 20 });
});

test('a pool whose keys all drain serves nobody', () => {
  assert.deepEqual(rigOf([0, 0]).ask(), { kind: 'none', soonestMs: 0 });
});

test('a key that returns from a rest is not favoured', () => {
  const rig = rigOf([1, 1]);
  rig.attempt();
  rig.key('b').rest = { kind: 'rate-limited', reason: '', sinceMs: rig.nowMs, untilMs: rig.nowMs + 60_000, firm: true, step: 1 };
  assert.deepEqual(count(Array.from({ length: 50 }, () => rig.attempt())), { a: 50 });
  rig.pass(60_000);
  const counts = count(Array.from({ length: 10 }, () => rig.attempt()));
  assert.ok((counts['b'] ?? 0) <= 6, `b was used ${counts['b']} times of 10`);
});

test('fill-first takes the first key of the list for as long as it can', () => {
  const rig = rigOf([1, 5, 1], 'fill-first');
  assert.deepEqual(
    Array.from({ length: 5 }, () => rig.attempt()),
    ['a', 'a', 'a', 'a', 'a'],
  );
  rig.attempt(FAILURES.rateLimited);
  assert.deepEqual(
    Array.from({ length: 3 }, () => rig.attempt()),
    ['b', 'b', 'b'],
  );
});

test('least-busy takes the key with the fewest attempts under way for its weight', () => {
  const rig = rigOf([1, 1, 2], 'least-busy');
  const served = Array.from({ length: 8 }, () => rig.take().key.id);
  assert.deepEqual(count(served), { a: 2, b: 2, c: 4 });
});

test('least-busy spreads what is equally busy', () => {
  const rig = rigOf([1, 1, 1], 'least-busy');
  assert.deepEqual(count(Array.from({ length: 30 }, () => rig.attempt())), { a: 10, b: 10, c: 10 });
});

test('most-headroom takes the key with the largest share of its quota left', () => {
  const rig = rigOf([1, 1, 1], 'most-headroom');
  rig.attempt();
  const left = { a: 10, b: 60, c: 40 };
  for (const [id, tokensRemaining] of Object.entries(left)) {
    rig.key(id).quotas = new Map([
      [
        'm',
        {
          requestsLimit: -1,
          requestsRemaining: -1,
          requestsResetMs: -1,
          tokensLimit: 100,
          tokensRemaining,
          tokensResetMs: rig.nowMs + 60_000,
          seenAtMs: rig.nowMs,
        },
      ],
    ]);
  }
  assert.equal(rig.attempt(null, { tokens: 30 }), 'b');
  assert.equal(rig.attempt(null, { tokens: 5 }), 'c');
  rig.pass(60_001);
  assert.deepEqual(count(Array.from({ length: 3 }, () => rig.attempt())), { a: 1, b: 1, c: 1 }, 'after the reset all are full again');
});

test('sticky keeps a session on its key, and spreads the sessions by weight', () => {
  const rig = rigOf([1, 1, 2], 'sticky');
  const sessions = Array.from({ length: 800 }, (_, index) => `session-${index}`);
  const first = sessions.map((session) => rig.attempt(null, { session }));
  assert.deepEqual(
    sessions.map((session) => rig.attempt(null, { session })),
    first,
  );
  const counts = count(first);
  assert.ok(Math.abs((counts['c'] ?? 0) - 400) < 60 && Math.abs((counts['a'] ?? 0) - 200) < 50, JSON.stringify(counts));
});

test('a key that is added to a sticky pool takes over its share of the sessions and moves no other', () => {
  const [before, after] = [rigOf([1, 1, 1], 'sticky'), rigOf([1, 1, 1, 1], 'sticky')];
  const sessions = Array.from({ length: 800 }, (_, index) => `session-${index}`);
  let moved = 0;
  for (const session of sessions) {
    const [old, now] = [before.attempt(null, { session }), after.attempt(null, { session })];
    if (old === now) continue;
    assert.equal(now, 'd');
    moved += 1;
  }
  assert.ok(Math.abs(moved - 200) < 50, `${moved} of 800 moved`);
});

test('a sticky session leaves a resting key at once, and only its sessions move', () => {
  const rig = rigOf([1, 1, 1], 'sticky');
  const sessions = Array.from({ length: 60 }, (_, index) => `session-${index}`);
  const home = sessions.map((session) => rig.attempt(null, { session }));
  rig.key('b').rest = { kind: 'rate-limited', reason: '', sinceMs: rig.nowMs, untilMs: rig.nowMs + 60_000, firm: true, step: 1 };
  sessions.forEach((session, index) => {
    const now = rig.attempt(null, { session });
    if (home[index] === 'b') assert.notEqual(now, 'b');
    else assert.equal(now, home[index]);
  });
});

test('sticky without a session goes by the weights', () => {
  const rig = rigOf([3, 1], 'sticky');
  assert.equal(Array.from({ length: 4 }, () => rig.attempt()).join(''), 'aaba');
});
