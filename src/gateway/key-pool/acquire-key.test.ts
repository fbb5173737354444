import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledKey } from '../../config/snapshot.ts';
import type { KeyState, Rest, Restable } from '../../ports/live-state.ts';
import { FAILURES, PoolRig } from '../../../test/support/pool-rig.ts';
import { aKey, aProvider } from '../../../test/support/snapshot-literals.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

function rigOf(...keys: readonly (string | CompiledKey)[]): PoolRig {
  return new PoolRig([aProvider('p', { models: ['m'], keys: keys.map((key) => (typeof key === 'string' ? aKey(key) : key)) })]);
}

function rests(rig: PoolRig, thing: Restable, ms: number, firm: boolean, kind: Rest['kind'] = 'overloaded'): void {
  thing.rest = { kind, reason: '', sinceMs: rig.nowMs - 1, untilMs: rig.nowMs + ms, firm, step: 1 };
}

/** Makes the states of all keys by asking once. */
function primed(rig: PoolRig): PoolRig {
  rig.attempt();
  return rig;
}

const states = (rig: PoolRig, ...ids: readonly string[]): Map<KeyState, number> => new Map(ids.map((id) => [rig.key(id), Infinity]));

test('a ready key goes before a resting one, also of a later target', () => {
  const rig = new PoolRig(['one', 'two'].map((id) => aProvider(id, { models: ['m'], keys: [aKey(`${id}-key`)] })));
  rig.attempt();
  rests(rig, rig.pool(0), 10 * SECOND, false);
  assert.equal(rig.attempt(), 'two-key');
});

test('when all rest, the soft rest that wakes soonest is probed, one probe at a time', () => {
  const rig = primed(rigOf('a', 'b', 'c'));
  rests(rig, rig.key('a'), 5 * SECOND, true);
  rests(rig, rig.key('b'), 90 * SECOND, false);
  rests(rig, rig.key('c'), 60 * SECOND, false);
  const probe = rig.take();
  assert.equal(probe.key.id, 'c');
  const next = rig.ask();
  assert.equal(next.kind, 'wait');
  assert.equal(next.kind === 'wait' && next.onChange, true, 'the end of the probe wakes who waits');
  rig.give(probe);
  assert.equal(rig.take().key.id, 'c', 'the probe was served: the key is ready');
});

test('a probe that fails leaves the rest, and the next request may probe again', () => {
  const rig = primed(rigOf('a'));
  rests(rig, rig.key('a'), 60 * SECOND, false);
  rig.attempt(FAILURES.clientGone);
  assert.equal(rig.attempt(FAILURES.clientFault), 'a');
});

test('when every rest is firm, the wait lasts until the first of them ends', () => {
  const rig = primed(rigOf('a', 'b'));
  rests(rig, rig.key('a'), 9 * SECOND, true);
  rests(rig, rig.key('b'), 4 * SECOND, true);
  assert.deepEqual(rig.ask(), { kind: 'wait', untilMs: rig.nowMs + 4 * SECOND, onChange: false, soonestMs: rig.nowMs + 4 * SECOND });
  rig.pass(4 * SECOND - 1);
  assert.equal(rig.ask().kind, 'wait');
  rig.pass(1);
  assert.equal(rig.attempt(), 'b');
});

test('what rests firmly as a whole is not probed through a key that rests softly', () => {
  const rig = primed(rigOf('a'));
  rests(rig, rig.pool(), 20 * SECOND, true);
  rests(rig, rig.key('a'), 5 * SECOND, false);
  const answer = rig.ask();
  assert.equal(answer.kind === 'wait' ? answer.untilMs - rig.nowMs : null, 20 * SECOND);
});

test('no key is used twice by one exchange', () => {
  const rig = rigOf('a', 'b');
  const tried = states(primed(rig), 'a');
  assert.equal(rig.take({ tried }).key.id, 'b');
  tried.set(rig.key('b'), Infinity);
  assert.equal(rig.ask({ tried }).kind, 'none');
});

test('no key is used twice by one exchange, not even as a probe', () => {
  const rig = primed(rigOf('a'));
  rests(rig, rig.key('a'), 5 * SECOND, false);
  assert.deepEqual(rig.ask({ tried: states(rig, 'a') }), { kind: 'none', soonestMs: rig.nowMs + 5 * SECOND });
});

test('a key whose time was named is waited for and used again after it', () => {
  const rig = primed(rigOf('a'));
  const untilMs = rig.nowMs + 3 * SECOND;
  rests(rig, rig.key('a'), 3 * SECOND, true);
  const tried = new Map([[rig.key('a'), untilMs]]);
  assert.deepEqual(rig.ask({ tried }), { kind: 'wait', untilMs, onChange: false, soonestMs: untilMs });
  rig.pass(3 * SECOND);
  assert.equal(rig.take({ tried }).key.id, 'a');
});

test('a rejected key is forced at most once a minute', () => {
  const rig = rigOf('a');
  rig.random = 0.9;
  rig.attempt(FAILURES.rejected);
  rig.pass(MINUTE - 1);
  const early = rig.ask();
  assert.equal(early.kind === 'wait' ? early.untilMs - rig.nowMs : null, 1);
  rig.pass(1);
  rig.random = 0;
  rig.attempt(FAILURES.rejected);
  rig.pass(MINUTE - 1);
  assert.equal(rig.ask().kind, 'wait');
  rig.pass(1);
  assert.equal(rig.attempt(), 'a');
});

test('with nothing enabled there is nothing to wait for', () => {
  const rig = rigOf(aKey('a', { enabled: false }), aKey('b', { weight: 0 }), aKey('c', { allows: () => false }));
  assert.deepEqual(rig.ask(), { kind: 'none', soonestMs: 0 });
});

test('a key serves the models of its list, by public or upstream name', () => {
  for (const name of ['m', 'upstream-m']) {
    const provider = aProvider('p', { keys: [aKey('a', { allows: () => false }), aKey('b', { allows: (model) => model === name })] });
    const rig = new PoolRig([
      {
        ...provider,
        models: aProvider('x', {
          models: [{ ...([...aProvider('y', { models: ['m'] }).models.values()][0] ?? assert.fail()), upstreamModel: 'upstream-m' as never }],
        }).models,
      },
    ]);
    assert.deepEqual([rig.attempt(), rig.attempt()], ['b', 'b']);
  }
});

test('requests a minute: the cap holds, the wait lasts until the minute is over, and the next minute begins with its first request', () => {
  const rig = rigOf(aKey('a', { limits: { requestsPerMinute: 2 } }));
  rig.attempt();
  rig.pass(20 * SECOND);
  rig.attempt(FAILURES.clientFault);
  const full = rig.ask();
  assert.equal(full.kind === 'wait' ? full.untilMs - rig.nowMs : null, 40 * SECOND);
  rig.pass(100 * SECOND);
  assert.equal(rig.ask({ tried: states(rig, 'a') }).kind, 'none', 'somebody only looks');
  rig.pass(59 * SECOND);
  rig.attempt();
  rig.pass(SECOND);
  rig.attempt();
  const again = rig.ask();
  assert.equal(again.kind === 'wait' ? again.untilMs - rig.nowMs : null, 59 * SECOND);
});

test('requests a day: the cap holds until midnight UTC', () => {
  const rig = rigOf(aKey('a', { limits: { requestsPerDay: 3 } }));
  for (let turn = 0; turn < 3; turn += 1) rig.attempt();
  const full = rig.ask();
  assert.equal(full.kind === 'wait' ? full.untilMs : null, Date.UTC(2026, 5, 11));
  rig.nowMs = Date.UTC(2026, 5, 11);
  assert.equal(rig.attempt(), 'a');
});

test('tokens a minute: the estimate is taken, and the measured figure put in its place', () => {
  const rig = rigOf(aKey('a', { limits: { tokensPerMinute: 1000 } }));
  const first = rig.take({ tokens: 800 });
  assert.equal(rig.ask({ tokens: 300 }).kind, 'wait');
  rig.give(first, null, 100);
  const second = rig.take({ tokens: 900 });
  assert.equal(rig.ask({ tokens: 1 }).kind, 'wait');
  rig.give(second, FAILURES.serverError, 0);
  rig.pass(20 * SECOND);
  rig.give(rig.take({ tokens: 900 }), null, 900);
  assert.equal(rig.ask({ tokens: 1 }).kind, 'wait');
});

test('tokens of an attempt that ends in a later minute are not given back to that minute', () => {
  const rig = rigOf(aKey('a', { limits: { tokensPerMinute: 1000 } }));
  const slow = rig.take({ tokens: 900 });
  rig.pass(MINUTE);
  const next = rig.take({ tokens: 900 });
  rig.give(slow, null, 0);
  assert.equal(rig.ask({ tokens: 200 }).kind, 'wait');
  rig.give(next);
});

test('a request larger than the whole token cap may pass alone', () => {
  const rig = rigOf(aKey('a', { limits: { tokensPerMinute: 100 } }));
  rig.give(rig.take({ tokens: 5000 }), null, 5000);
  assert.equal(rig.ask({ tokens: 1 }).kind, 'wait');
});

test('concurrency: the cap holds until an attempt ends, whatever its end', () => {
  const rig = rigOf(aKey('a', { limits: { concurrency: 2 } }));
  const [one, two] = [rig.take(), rig.take()];
  assert.deepEqual(rig.ask(), { kind: 'wait', untilMs: 0, onChange: true, soonestMs: 0 });
  rig.give(one, FAILURES.clientGone);
  const three = rig.take();
  rig.give(two, FAILURES.modelForbidden);
  rig.give(three);
  assert.equal(rig.key('a').inFlight, 0);
});

test('a cap of 0 lets nothing through, also after its window', () => {
  for (const limits of [{ requestsPerMinute: 0 }, { requestsPerDay: 0 }, { concurrency: 0 }]) {
    const rig = rigOf(aKey('a', { limits }));
    for (let turn = 0; turn < 3; turn += 1) {
      assert.equal(rig.ask().kind, 'wait', JSON.stringify(limits));
      rig.pass(2 * 24 * 60 * MINUTE);
    }
  }
});

test('a key at its cap leaves its place to another', () => {
  const rig = rigOf(aKey('a', { limits: { requestsPerMinute: 1 } }), aKey('b'));
  assert.deepEqual([rig.attempt(), rig.attempt(), rig.attempt()], ['a', 'b', 'b']);
});

test('a provider without keys serves nobody', () => {
  assert.deepEqual(rigOf().ask(), { kind: 'none', soonestMs: 0 });
});

test('a new snapshot finds the keys as the old one left them', () => {
  const rig = rigOf('a', 'b');
  rig.attempt({ ...FAILURES.rateLimited, retryAtMs: rig.nowMs + MINUTE });
  const changed = aProvider('p', { models: ['m'], keys: [aKey('b'), aKey('a'), aKey('c')] });
  const [model = null] = changed.models.values();
  const served = Array.from({ length: 4 }, () => rig.attempt(null, { targets: [{ provider: changed, model }] }));
  assert.deepEqual([...new Set(served)].toSorted(), ['b', 'c']);
});
