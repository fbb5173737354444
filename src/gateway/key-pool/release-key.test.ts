import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Failure } from '../../domain/failure.ts';
import { FAILURES, PoolRig } from '../../../test/support/pool-rig.ts';
import { aKey, aProvider } from '../../../test/support/snapshot-literals.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

function rigOf(keys: number): PoolRig {
  return new PoolRig([aProvider('p', { models: ['m', 'other'], keys: Array.from({ length: keys }, (_, index) => aKey(`k${index + 1}`)) })]);
}

/** Who rests now, and for how long. */
function rests(rig: PoolRig): Record<string, number> {
  const found: Record<string, number> = {};
  const note = (name: string, thing: { rest: { untilMs: number } | null }): void => {
    const ms = rig.restMs(thing);
    if (ms !== null) found[name] = ms;
  };
  note('provider', rig.pool());
  for (const [model, breaker] of rig.pool().models) note(`provider × ${model}`, breaker);
  for (const key of rig.pool().keys.values()) {
    note(key.id, key);
    for (const [model, thing] of key.models ?? []) note(`${key.id} × ${model}`, thing);
  }
  return found;
}

const ROWS: readonly { readonly says: string; readonly failure: Failure; readonly rests: Record<string, number> }[] = [
  { says: '429: key × model, 30 s', failure: FAILURES.rateLimited, rests: { 'k1 × m': 30 * SECOND } },
  { says: '429 about the account: key, 30 s', failure: FAILURES.accountLimited, rests: { k1: 30 * SECOND } },
  { says: '402: key, 1 h', failure: FAILURES.outOfQuota, rests: { k1: 60 * MINUTE } },
  { says: '401: key, 10 min', failure: FAILURES.rejected, rests: { k1: 10 * MINUTE } },
  { says: '403 about a model: key × model, 10 min', failure: FAILURES.modelForbidden, rests: { 'k1 × m': 10 * MINUTE } },
  { says: '503: provider × model, 10 s', failure: FAILURES.overloaded, rests: { 'provider × m': 10 * SECOND } },
  { says: '500: key × model, 10 s', failure: FAILURES.serverError, rests: { 'k1 × m': 10 * SECOND } },
  { says: 'a refused connection: provider, 10 s', failure: FAILURES.transport, rests: { provider: 10 * SECOND } },
  { says: 'a malformed answer: provider × model, 10 s', failure: FAILURES.malformed, rests: { 'provider × m': 10 * SECOND } },
  { says: 'a missing model: key × model, 10 min', failure: FAILURES.modelMissing, rests: { 'k1 × m': 10 * MINUTE } },
  { says: 'a fault of the client: nobody', failure: FAILURES.clientFault, rests: {} },
  { says: 'a client that left: nobody', failure: FAILURES.clientGone, rests: {} },
];

for (const row of ROWS) {
  test(`who rests after ${row.says}`, () => {
    const rig = rigOf(3);
    const lease = rig.take();
    rig.pass(50);
    rig.give(lease, row.failure);
    assert.deepEqual(rests(rig), row.rests);
    assert.equal(rig.key('k1').inFlight, 0);
  });

  if (Object.keys(row.rests).length === 0) continue;
  test(`a named end is kept to the millisecond, with jitter drawn: ${row.says}`, () => {
    const rig = rigOf(3);
    rig.random = 0.99;
    rig.attempt({ ...row.failure, retryAtMs: rig.nowMs + 7777 });
    assert.deepEqual(Object.values(rests(rig)), [7777]);
  });
}

test('a key that rests for one model serves another', () => {
  const rig = rigOf(1);
  rig.attempt({ ...FAILURES.rateLimited, retryAtMs: rig.nowMs + 60_000 });
  assert.equal(rig.ask().kind, 'wait');
  assert.equal(rig.attempt(null, { targets: [rig.target('other')] }), 'k1');
});

test('a success clears the failures: the next rest is a first one again', () => {
  const rig = rigOf(1);
  for (const seconds of [10, 20]) {
    rig.attempt(FAILURES.serverError);
    assert.equal(rig.restMs(rig.key('k1').models?.get('m')), seconds * SECOND);
    rig.pass(seconds * SECOND + 1);
  }
  rig.attempt();
  assert.deepEqual(rests(rig), {});
  rig.pass(1);
  rig.attempt(FAILURES.serverError);
  assert.equal(rig.restMs(rig.key('k1').models?.get('m')), 10 * SECOND);
});

test('a success does not clear a rest that was set after its attempt began', () => {
  const rig = rigOf(1);
  const [slow, quick] = [rig.take(), rig.take()];
  rig.pass(100);
  rig.give(quick, { ...FAILURES.rateLimited, retryAtMs: rig.nowMs + 5000 });
  rig.pass(100);
  rig.give(slow);
  assert.equal(rig.restMs(rig.key('k1').models?.get('m')), 4900);
});

test('a later, shorter rest does not shorten a longer one', () => {
  const rig = rigOf(1);
  const [first, second] = [rig.take(), rig.take()];
  rig.give(first, { ...FAILURES.rateLimited, retryAtMs: rig.nowMs + 3000 });
  rig.give(second, { ...FAILURES.rateLimited, retryAtMs: rig.nowMs + 1000 });
  assert.equal(rig.restMs(rig.key('k1').models?.get('m')), 3000);
});

test('three rejections in a row suspend the key; it is probed after 10 min, and every 10 min from then on', () => {
  const rig = rigOf(1);
  for (const rejections of [1, 2]) {
    rig.attempt(FAILURES.rejected);
    assert.equal(rig.key('k1').rejections, rejections);
    assert.equal(rig.key('k1').suspended, null);
    rig.pass(10 * MINUTE);
  }
  rig.attempt(FAILURES.rejected);
  assert.notEqual(rig.key('k1').suspended, null);
  rig.pass(10 * MINUTE - 1);
  assert.deepEqual(rig.ask(), { kind: 'none', soonestMs: 0 }, 'nobody waits for a suspended key');
  rig.pass(1);
  const probe = rig.take();
  assert.equal(rig.ask().kind, 'none', 'one probe at a time');
  rig.give(probe, FAILURES.rejected);
  rig.pass(10 * MINUTE - 1);
  assert.equal(rig.ask().kind, 'none');
  rig.pass(1);
  rig.attempt();
  assert.equal(rig.key('k1').suspended, null, 'a probe that is served clears the suspension');
  assert.equal(rig.key('k1').rejections, 0);
});

test('rejections that are not in a row do not suspend', () => {
  const rig = rigOf(1);
  for (let round = 0; round < 5; round += 1) {
    for (let turn = 0; turn < 2; turn += 1) {
      rig.attempt(FAILURES.rejected);
      rig.pass(10 * MINUTE);
    }
    rig.attempt();
    rig.pass(1);
  }
  assert.equal(rig.key('k1').suspended, null);
});

test('a 403 about a model counts no rejection of the key', () => {
  const rig = rigOf(1);
  for (let turn = 0; turn < 5; turn += 1) {
    rig.attempt(FAILURES.modelForbidden);
    rig.pass(10 * MINUTE);
  }
  assert.equal(rig.key('k1').suspended, null);
});

test('whatever ends the probe of a suspended key, it is probed again after 10 min', () => {
  for (const failure of Object.values(FAILURES)) {
    const rig = rigOf(1);
    rig.take();
    rig.key('k1').suspended = { sinceMs: rig.nowMs - MINUTE, reason: '', nextProbeAtMs: rig.nowMs };
    rig.attempt(failure);
    rig.pass(2 * 60 * MINUTE);
    assert.equal(rig.ask().kind, 'lease', failure.kind);
  }
});

test('an attempt that began before the rejections does not lift the suspension', () => {
  const rig = rigOf(1);
  const leases = Array.from({ length: 4 }, () => rig.take());
  rig.pass(100);
  for (const lease of leases.slice(1)) rig.give(lease, FAILURES.rejected);
  assert.notEqual(rig.key('k1').suspended, null);
  rig.pass(100);
  rig.give(leases[0] ?? rig.take());
  assert.notEqual(rig.key('k1').suspended, null);
});

test('nor does it when the key rests longer for another reason', () => {
  const rig = rigOf(1);
  const leases = Array.from({ length: 5 }, () => rig.take());
  rig.pass(100);
  const [old, unpaid, ...rejected] = leases;
  if (unpaid !== undefined) rig.give(unpaid, FAILURES.outOfQuota);
  for (const lease of rejected) rig.give(lease, FAILURES.rejected);
  assert.equal(rig.key('k1').rest?.kind, 'out-of-quota');
  if (old !== undefined) rig.give(old);
  assert.notEqual(rig.key('k1').suspended, null);
});

test('a suspended key is well again as soon as the upstream begins to serve its probe, however the stream ends', () => {
  const rig = rigOf(1);
  rig.give(rig.take());
  rig.pass(1);
  rig.key('k1').suspended = { sinceMs: rig.nowMs, reason: '', nextProbeAtMs: rig.nowMs };
  rig.pass(1);
  const probe = rig.take();
  rig.confirm(probe);
  assert.equal(rig.key('k1').suspended, null);
  assert.equal(rig.take().key.id, 'k1');
  rig.give(probe, FAILURES.clientGone);
  assert.equal(rig.key('k1').suspended, null);
});

test('the end of an attempt that was confirmed does not end the probe of another', () => {
  const rig = rigOf(1);
  rig.attempt(FAILURES.overloaded);
  rig.pass(10 * SECOND);
  const first = rig.take();
  rig.confirm(first);
  rig.breaker('m').rest = { kind: 'overloaded', reason: '', sinceMs: rig.nowMs, untilMs: rig.nowMs, firm: false, step: 1 };
  const second = rig.take();
  assert.deepEqual(second.probes, [rig.breaker('m')]);
  rig.give(first, FAILURES.clientGone);
  assert.equal(rig.breaker('m').probing, true);
});

test('a 429 of every key within 2 s holds the pool for the shortest named time and suspends nobody', () => {
  const rig = rigOf(3);
  const named: Record<string, number> = { k1: 4000, k2: 2000, k3: 3000 };
  for (let turn = 0; turn < 3; turn += 1) {
    const lease = rig.take();
    rig.give(lease, { ...FAILURES.rateLimited, retryAtMs: rig.nowMs + (named[lease.key.id] ?? 0) });
  }
  assert.equal(rig.restMs(rig.breaker('m')), 2000);
  for (const key of rig.pool().keys.values()) assert.equal(key.suspended, null);
  const answer = rig.ask();
  assert.equal(answer.kind === 'wait' ? answer.untilMs - rig.nowMs : null, 2000);
  rig.pass(2000);
  assert.equal(rig.take().key.id, 'k2');
});

test('in such a burst a named time wins over guesses, and keys that were told none come back with the pool', () => {
  const rig = rigOf(2);
  rig.attempt(FAILURES.rateLimited);
  rig.attempt({ ...FAILURES.rateLimited, retryAtMs: rig.nowMs + 50_000 });
  assert.deepEqual(rests(rig), { 'provider × m': 50_000, 'k2 × m': 50_000 });
  assert.equal(rig.ask().kind, 'wait', 'a named time is firm for the pool too');
  rig.pass(50_000);
  assert.deepEqual([rig.attempt(), rig.attempt()].toSorted(), ['k1', 'k2']);
});

test('a burst about the account holds the whole provider', () => {
  const rig = rigOf(2);
  rig.attempt({ ...FAILURES.accountLimited, retryAtMs: rig.nowMs + 9000 });
  rig.attempt({ ...FAILURES.accountLimited, retryAtMs: rig.nowMs + 5000 });
  assert.equal(rig.restMs(rig.pool()), 5000);
});

test('429s of all keys that are further apart are throttled keys, not a throttled pool', () => {
  const rig = rigOf(2);
  rig.attempt({ ...FAILURES.rateLimited, retryAtMs: rig.nowMs + 60_000 });
  rig.pass(2001);
  rig.attempt({ ...FAILURES.rateLimited, retryAtMs: rig.nowMs + 60_000 });
  assert.deepEqual(Object.keys(rests(rig)), ['k1 × m', 'k2 × m']);
});

test('a 429 of some keys is not one of the pool', () => {
  const rig = rigOf(3);
  rig.attempt(FAILURES.rateLimited);
  rig.attempt(FAILURES.rateLimited);
  assert.deepEqual(Object.keys(rests(rig)), ['k1 × m', 'k2 × m']);
});

test('keys that could not serve the model anyway do not belong to the burst', () => {
  const keys = [
    aKey('k1'),
    aKey('k2'),
    aKey('k3', { allows: (model) => model === 'other' }),
    aKey('k4', { enabled: false }),
    aKey('k5', { weight: 0 }),
  ];
  const rig = new PoolRig([aProvider('p', { models: ['m'], keys })]);
  rig.attempt({ ...FAILURES.rateLimited, retryAtMs: rig.nowMs + 9000 });
  rig.attempt({ ...FAILURES.rateLimited, retryAtMs: rig.nowMs + 8000 });
  assert.equal(rig.restMs(rig.breaker('m')), 8000);
});

test("server errors of two keys within 10 s are the provider's, and the keys are cleared", () => {
  const rig = rigOf(3);
  rig.attempt(FAILURES.serverError);
  rig.pass(9999);
  rig.attempt(FAILURES.serverError);
  assert.deepEqual(rests(rig), { 'provider × m': 10 * SECOND });
});

test('server errors of two keys that are more than 10 s apart stay with the keys', () => {
  const rig = rigOf(3);
  rig.attempt(FAILURES.serverError);
  rig.pass(10_001);
  rig.take({ tried: new Map([[rig.key('k1'), Infinity]]) });
  const second = rig.take({ tried: new Map([[rig.key('k1'), Infinity]]) });
  rig.give(second, FAILURES.serverError);
  assert.deepEqual(Object.keys(rests(rig)).toSorted(), ['k1 × m', `${second.key.id} × m`].toSorted());
});

test('two server errors of one key say nothing of the provider', () => {
  const rig = rigOf(2);
  const [one, , again] = [rig.take(), rig.take(), rig.take()];
  rig.give(one, FAILURES.serverError);
  rig.give(again, FAILURES.serverError);
  assert.deepEqual(Object.keys(rests(rig)), ['k1 × m']);
});

test('server errors about different models stay with the keys', () => {
  const rig = rigOf(2);
  rig.attempt(FAILURES.serverError);
  rig.attempt(FAILURES.serverError, { targets: [rig.target('other')] });
  assert.deepEqual(Object.keys(rests(rig)), ['k1 × m', 'k2 × other']);
});

test('ten faults of the client leave key and breaker alone', () => {
  const rig = rigOf(1);
  for (let turn = 0; turn < 10; turn += 1) rig.attempt(turn % 2 === 0 ? FAILURES.clientFault : FAILURES.clientGone);
  assert.deepEqual(rests(rig), {});
  assert.equal(rig.pool().models.get('m')?.state ?? 'closed', 'closed');
  assert.equal(rig.pool().models.get('m')?.inARow ?? 0, 0);
  assert.equal(rig.attempt(), 'k1');
});

test('a call that names no model rests the key for such calls only', () => {
  const rig = rigOf(1);
  const nameless = [{ provider: rig.targets[0]?.provider ?? aProvider('x'), model: null }];
  rig.attempt({ ...FAILURES.rateLimited, retryAtMs: rig.nowMs + 60_000 }, { targets: nameless });
  assert.equal(rig.ask({ targets: nameless }).kind, 'wait');
  assert.equal(rig.attempt(), 'k1');
  rig.pass(60_000);
  rig.attempt(FAILURES.modelMissing, { targets: nameless });
  assert.equal(rig.attempt(null, { targets: nameless }), 'k1', 'it cannot miss a model');
});

test('made-up model names do not push real rests out of the memory', () => {
  const rig = rigOf(1);
  rig.attempt({ ...FAILURES.rateLimited, retryAtMs: rig.nowMs + 3_600_000 });
  const provider = rig.targets[0]?.provider ?? aProvider('x');
  for (let turn = 0; turn < 1200; turn += 1) {
    const [model] = aProvider('x', { models: [`made-up-${turn}`] }).models.values();
    rig.attempt(FAILURES.modelMissing, { targets: [{ provider, model: model ?? null }] });
  }
  assert.ok((rig.key('k1').models?.size ?? 0) <= 500);
  assert.equal(rig.ask().kind, 'wait');
});

test('a lease is given back once', () => {
  const rig = rigOf(1);
  const lease = rig.take();
  rig.give(lease);
  rig.give(lease, FAILURES.rejected);
  assert.equal(rig.key('k1').inFlight, 0);
  assert.equal(rig.key('k1').rejections, 0);
});
