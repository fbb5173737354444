import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeardEvents } from '../../../test/support/heard-events.ts';
import { FAILURES, PoolRig } from '../../../test/support/pool-rig.ts';
import { aKey, aProvider } from '../../../test/support/snapshot-literals.ts';

function startRig(keys = 1, settings: ConstructorParameters<typeof PoolRig>[1] = {}): { readonly rig: PoolRig; readonly heard: HeardEvents } {
  const all = Array.from({ length: keys }, (_, index) => aKey(`k${index + 1}`));
  const rig = new PoolRig([aProvider('p', { models: ['m'], keys: all, poolStrategy: 'fill-first' })], settings);
  const heard = new HeardEvents();
  rig.events = heard;
  return { rig, heard };
}

const KEY = { type: 'key', provider: 'p', key: 'k1', model: null } as const;
const OVER = { kind: null, reason: null, untilMs: null } as const;

test('tells that a key rests for a model, and that a success ended it', () => {
  const { rig, heard } = startRig();
  rig.attempt(FAILURES.rateLimited);
  const rest = { kind: 'rate-limited', reason: FAILURES.rateLimited.reason, untilMs: rig.nowMs + 30_000 };
  assert.deepEqual(heard.taken(), [{ ...KEY, model: 'm', from: 'ready', to: 'resting', ...rest }]);
  rig.pass(1000);
  const probe = rig.take();
  rig.confirm(probe);
  assert.deepEqual(heard.taken(), [{ ...KEY, model: 'm', from: 'resting', to: 'ready', ...OVER }]);
  rig.give(probe);
  assert.deepEqual(heard.taken(), [], 'nothing is told twice');
});

test('tells that a rest grew longer', () => {
  const { rig, heard } = startRig();
  rig.attempt(FAILURES.accountLimited);
  rig.pass(1000);
  rig.attempt(FAILURES.accountLimited);
  const reason = FAILURES.accountLimited.reason;
  assert.deepEqual(heard.taken(), [
    { ...KEY, from: 'ready', to: 'resting', kind: 'rate-limited', reason, untilMs: rig.nowMs - 1000 + 30_000 },
    { ...KEY, from: 'resting', to: 'resting', kind: 'rate-limited', reason, untilMs: rig.nowMs + 60_000 },
  ]);
});

test('tells that a key was suspended, and that it serves again', () => {
  const { rig, heard } = startRig(1, { suspendAfter: 1 });
  rig.attempt(FAILURES.rejected);
  assert.deepEqual(heard.taken(), [
    { ...KEY, from: 'ready', to: 'suspended', kind: 'auth-rejected', reason: FAILURES.rejected.reason, untilMs: null },
  ]);
  rig.pass(700_000);
  rig.attempt(FAILURES.rejected);
  assert.deepEqual(
    heard.taken().map((event) => (event.type === 'key' ? [event.from, event.to] : event.type)),
    [['suspended', 'suspended']],
    'a rejection that begins a new rest is told',
  );
  rig.pass(700_000);
  rig.attempt();
  assert.deepEqual(heard.taken(), [{ ...KEY, from: 'suspended', to: 'ready', ...OVER }]);
});

test('tells rests of a provider and of its models, and their end by a success', () => {
  const { rig, heard } = startRig();
  rig.attempt(FAILURES.transport);
  rig.pass(1000);
  rig.attempt(FAILURES.overloaded);
  const all = { type: 'provider-rest', provider: 'p' } as const;
  const began = { kind: 'transport', reason: FAILURES.transport.reason, untilMs: rig.nowMs - 1000 + 10_000 };
  const ofModel = { kind: 'overloaded', reason: FAILURES.overloaded.reason, untilMs: rig.nowMs + 10_000 };
  assert.deepEqual(heard.taken(), [
    { ...all, model: null, ...began },
    { ...all, model: 'm', ...ofModel },
  ]);
  rig.pass(1000);
  rig.attempt();
  assert.deepEqual(heard.taken(), [
    { ...all, model: null, ...OVER },
    { ...all, model: 'm', ...OVER },
  ]);
});

test('tells nothing of a rest that was over by its time', () => {
  const { rig, heard } = startRig();
  rig.attempt(FAILURES.transport);
  rig.pass(1000);
  rig.attempt(FAILURES.rateLimited);
  heard.taken();
  rig.pass(60_000);
  rig.attempt();
  assert.deepEqual(heard.taken(), []);
  assert.equal(rig.pool().rest, null);
});

test('tells each step of a breaker', () => {
  const { rig, heard } = startRig(1, { breaker: { ...startRig().rig.settings.breaker, inARow: 2, closeAfter: 1 } });
  const broken = { ...FAILURES.overloaded, scope: 'none' } as const;
  const breaker = { type: 'breaker', provider: 'p', model: 'm' } as const;
  rig.attempt(broken);
  assert.deepEqual(heard.taken(), []);
  rig.attempt(broken);
  assert.deepEqual(heard.taken(), [{ ...breaker, from: 'closed', to: 'open', untilMs: rig.nowMs + 15_000 }]);
  rig.pass(15_000);
  const probe = rig.take();
  assert.deepEqual(heard.taken(), [{ ...breaker, from: 'open', to: 'half-open', untilMs: null }]);
  rig.give(probe);
  assert.deepEqual(heard.taken(), [{ ...breaker, from: 'half-open', to: 'closed', untilMs: null }]);
});

test('tells of the other keys whose rests end because the provider is at fault', () => {
  const { rig, heard } = startRig(2);
  rig.attempt(FAILURES.serverError);
  heard.taken();
  rig.attempt(FAILURES.serverError);
  assert.deepEqual(
    heard.taken().map((event) => (event.type === 'key' ? [event.key, event.from, event.to] : [event.type, 'model' in event ? event.model : ''])),
    [
      ['k1', 'resting', 'ready'],
      ['provider-rest', 'm'],
    ],
  );
});

test('tells of all keys that a burst of 429 gives back to their provider', () => {
  const { rig, heard } = startRig(2);
  const leases = [rig.take(), rig.take()];
  rig.key('k2');
  rig.give(leases[0] ?? assert.fail(), FAILURES.rateLimited);
  heard.taken();
  const second = rig.take();
  assert.equal(second.key.id, 'k2');
  rig.give(second, FAILURES.rateLimited);
  assert.deepEqual(
    heard.taken().map((event) => (event.type === 'key' ? [event.key, event.from, event.to] : [event.type, 'model' in event ? event.model : ''])),
    [
      ['k1', 'resting', 'ready'],
      ['provider-rest', 'm'],
    ],
  );
});

test('says nothing while nobody listens', () => {
  const { rig, heard } = startRig();
  heard.isHeard = false;
  rig.attempt(FAILURES.rateLimited);
  rig.attempt(FAILURES.transport, { targets: rig.targets });
  assert.deepEqual(heard.taken(), []);
});
