import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompiledProvider, GatewaySnapshot } from '../../config/snapshot.ts';
import type { ProviderId, ProviderKeyId } from '../../domain/ids.ts';
import { hasRest, keyStanding } from '../../observability/metrics/standing.ts';
import type { KeyStanding } from '../../ports/key-board.ts';
import { HeardEvents } from '../../../test/support/heard-events.ts';
import { FAILURES, PoolRig } from '../../../test/support/pool-rig.ts';
import { aKey, aProvider, aSnapshot } from '../../../test/support/snapshot-literals.ts';
import { LiveKeyBoard } from './live-key-board.ts';
import { WaitingRoom } from './waiting-room.ts';

const P = 'p' as ProviderId;
const K1 = 'k1' as ProviderKeyId;

class Rig extends PoolRig {
  readonly heard = new HeardEvents();
  readonly touched: string[] = [];
  readonly room = new WaitingRoom({ nowMs: () => this.nowMs, setTimer: () => ({ cancel: () => {} }) });
  readonly board: LiveKeyBoard;

  constructor(provider: CompiledProvider, snapshot: GatewaySnapshot = aSnapshot([provider])) {
    super([provider]);
    const { live } = this;
    const touched = live.touched.bind(live);
    live.touched = (pool) => {
      this.touched.push(pool.provider);
      touched(pool);
    };
    this.board = new LiveKeyBoard({
      currentSnapshot: () => snapshot,
      live,
      binder: this.binder,
      room: this.room,
      nowMs: () => this.nowMs,
      events: this.heard,
    });
  }

  shown(key = K1): KeyStanding {
    return this.board.find(P, key) ?? assert.fail();
  }
}

test('shows a key that was never used as ready', () => {
  const rig = new Rig(aProvider('p', { models: ['m'] }));
  assert.deepEqual(rig.board.list(P), [
    {
      provider: 'p',
      key: 'k1',
      name: 'k1',
      state: 'ready',
      why: null,
      untilMs: null,
      suspension: null,
      rests: [],
      rejections: 0,
      inFlight: 0,
      lastUsedMs: null,
      weight: 1,
      caps: [],
      quotas: [],
    },
  ]);
  assert.deepEqual([rig.board.list('other' as ProviderId), rig.board.find(P, 'k9' as ProviderKeyId)], [[], null]);
});

test('shows why a key rests, until when, and the rests of its provider behind its own', () => {
  const rig = new Rig(aProvider('p', { models: ['m', 'n'] }));
  const began = rig.nowMs;
  const [first, second, third] = [rig.take(), rig.take(), rig.take()];
  rig.give(first, { ...FAILURES.rateLimited, retryAtMs: began + 90_000 });
  rig.give(second, FAILURES.overloaded);
  rig.give(third, FAILURES.transport);
  const shown = rig.shown();
  assert.deepEqual(
    [shown.state, shown.why, shown.untilMs, shown.lastUsedMs],
    ['resting', { kind: 'rate-limited', reason: 'the upstream answered 429' }, began + 90_000, began],
  );
  assert.deepEqual(
    shown.rests.map(({ scope, model, untilMs, isFirm }) => [scope, model, untilMs - began, isFirm]),
    [
      ['key-model', 'm', 90_000, true],
      ['provider', null, 10_000, false],
      ['provider-model', 'm', 10_000, false],
    ],
  );
  rig.pass(90_000);
  assert.deepEqual([rig.shown().state, rig.shown().rests], ['ready', []], 'a rest that is over is not shown');
});

test('shows a suspended and a disabled key as such, and agrees with the metrics', () => {
  const keys = [aKey('k1'), aKey('k2', { enabled: false }), aKey('k3'), aKey('k4')];
  const provider = aProvider('p', { models: ['m'], keys, poolStrategy: 'fill-first' });
  const rig = new Rig(provider);
  for (let i = 0; i < 3; i += 1) {
    rig.give(rig.take(), FAILURES.rejected);
    rig.key('k1').rest = null;
  }
  rig.give(rig.take(), FAILURES.rateLimited);
  const states = rig.board.list(P).map(({ state }) => state);
  assert.deepEqual(states, ['suspended', 'disabled', 'resting', 'ready']);
  assert.deepEqual(
    states,
    keys.map((key) => keyStanding(provider, key, rig.key(key.id), rig.nowMs)),
  );
  assert.equal(hasRest(rig.key('k3'), rig.nowMs), true);
  assert.deepEqual(rig.shown().suspension, {
    sinceMs: rig.nowMs,
    reason: 'the upstream rejected the key with 401',
    isByPerson: false,
    nextProbeAtMs: rig.nowMs + 600_000,
  });
  assert.deepEqual(rig.board.providers()[0]?.keys, { ready: 1, resting: 1, suspended: 1, disabled: 1 });
});

test("shows a key's caps with what is used of them, and the quotas that the upstream told", () => {
  const rig = new Rig(
    aProvider('p', {
      models: ['m'],
      keys: [aKey('k1', { limits: { requestsPerMinute: 5, tokensPerMinute: 1000, requestsPerDay: 9, concurrency: 2 } })],
    }),
  );
  const began = rig.nowMs;
  rig.give(rig.take({ tokens: 100 }), null, 60);
  rig.pass(1000);
  rig.take({ tokens: 100 });
  rig.key('k1').quotas = new Map([
    [
      'm',
      { requestsLimit: 50, requestsRemaining: 7, requestsResetMs: began, tokensLimit: -1, tokensRemaining: -1, tokensResetMs: -1, seenAtMs: began },
    ],
  ]);
  assert.deepEqual(rig.shown().caps, [
    { cap: 'requestsPerMinute', limit: 5, used: 2, untilMs: began + 60_000 },
    { cap: 'tokensPerMinute', limit: 1000, used: 160, untilMs: began + 60_000 },
    { cap: 'requestsPerDay', limit: 9, used: 2, untilMs: Date.UTC(2026, 5, 11) },
    { cap: 'concurrency', limit: 2, used: 1, untilMs: null },
  ]);
  assert.deepEqual(rig.shown().quotas, [{ model: 'm', requests: { limit: 50, remaining: 7, resetMs: began }, tokens: null, seenAtMs: began }]);
  rig.pass(60_000);
  assert.deepEqual(
    rig.shown().caps.map(({ used, untilMs }) => [used, untilMs]),
    [
      [0, null],
      [0, null],
      [2, Date.UTC(2026, 5, 11)],
      [1, null],
    ],
  );
});

test('shows models whose breaker is not closed or that rest', () => {
  const rig = new Rig(aProvider('p', { models: ['m', 'n'] }));
  const began = rig.nowMs;
  const leases = Array.from({ length: 5 }, () => rig.take());
  for (const lease of leases) rig.give(lease, { ...FAILURES.overloaded, scope: 'none' });
  rig.attempt(null, { targets: [rig.target('n')] });
  const trouble = (): unknown => rig.board.providers()[0]?.models;
  const why = 'too many of the last attempts failed';
  assert.deepEqual(trouble(), [{ model: 'm', breaker: 'open', breakerUntilMs: began + 15_000, rest: null, why }]);
  rig.pass(15_000);
  assert.deepEqual(trouble(), [
    {
      model: 'm',
      breaker: 'half-open',
      breakerUntilMs: null,
      rest: null,
      why: 'too many attempts failed, and single requests find out whether it is over',
    },
  ]);
});

test('a woken key serves at once: its rests, its suspension and the windows of its caps are gone, those of its provider stay', () => {
  const rig = new Rig(aProvider('p', { models: ['m'], keys: [aKey('k1', { limits: { requestsPerDay: 3 } })] }));
  const leases = [rig.take(), rig.take(), rig.take()];
  const far = rig.nowMs + 3_000_000;
  for (const [i, failure] of [FAILURES.outOfQuota, FAILURES.rateLimited, FAILURES.rejected].entries()) {
    const lease = leases[i] ?? assert.fail();
    rig.give(lease, { ...failure, retryAtMs: far });
  }
  rig.key('k1').suspended = { sinceMs: rig.nowMs, reason: 'rejected', nextProbeAtMs: far };
  assert.equal(rig.ask().kind, 'none');
  assert.equal(rig.board.wake(P, K1), true);
  assert.deepEqual([rig.shown().state, rig.shown().rests, rig.shown().rejections, rig.shown().caps[0]?.used], ['ready', [], 0, 0]);
  assert.equal(rig.take().key.id, 'k1');
  assert.deepEqual(rig.heard.published, [
    { type: 'key', provider: 'p', key: 'k1', model: null, from: 'suspended', to: 'ready', kind: null, reason: null, untilMs: null },
  ]);
  assert.deepEqual(rig.touched, ['p']);
  const transport = rig.take();
  rig.give(transport, FAILURES.transport);
  rig.board.wake(P, K1);
  assert.deepEqual(
    rig.shown().rests.map(({ scope }) => scope),
    ['provider'],
  );
});

test('waking a key lets those who wait for it look again', async () => {
  const rig = new Rig(aProvider('p', { models: ['m'] }));
  rig.attempt({ ...FAILURES.rateLimited, retryAtMs: rig.nowMs + 60_000 });
  const untilMs = rig.nowMs + 60_000;
  const waiting = rig.room.wait({ caller: 'c', share: 1, untilMs, onChange: false, deadlineMs: untilMs, most: 5, onGone: () => {} });
  rig.board.wake(P, K1);
  assert.equal(await waiting, 'woken');
});

test('a key that a person suspended is never probed, and no answer ends it', () => {
  const rig = new Rig(aProvider('p', { models: ['m'] }));
  const [served, rejected, overloaded] = [rig.take(), rig.take(), rig.take()];
  assert.equal(rig.board.suspend(P, K1, 'leaked in a screenshot'), true);
  assert.deepEqual(rig.shown().suspension, { sinceMs: rig.nowMs, reason: 'leaked in a screenshot', isByPerson: true, nextProbeAtMs: null });
  assert.deepEqual(rig.shown().why, { kind: null, reason: 'leaked in a screenshot' });
  // In the same millisecond as the suspension, so that a success is not older than it.
  rig.give(served);
  rig.give(rejected, FAILURES.rejected);
  rig.give(overloaded, { ...FAILURES.overloaded, scope: 'none' });
  rig.pass(30 * 86_400_000);
  assert.equal(rig.ask().kind, 'none');
  assert.deepEqual([rig.shown().state, rig.shown().suspension?.reason], ['suspended', 'leaked in a screenshot']);
  assert.equal(rig.board.wake(P, K1), true);
  assert.equal(rig.take().key.id, 'k1');
  assert.deepEqual(
    rig.heard.published.map((event) => (event.type === 'key' ? [event.from, event.to, event.reason] : event.type)),
    [
      ['ready', 'suspended', 'leaked in a screenshot'],
      ['suspended', 'ready', null],
    ],
  );
});

test('a person may take over a suspension while somebody probes the key', () => {
  const rig = new Rig(aProvider('p', { models: ['m'] }));
  rig.take();
  rig.key('k1').suspended = { sinceMs: rig.nowMs, reason: 'rejected', nextProbeAtMs: rig.nowMs };
  const probe = rig.take();
  rig.board.suspend(P, K1, 'by hand');
  rig.give(probe);
  assert.deepEqual([rig.shown().state, rig.ask().kind], ['suspended', 'none']);
});

test('knows configured keys only', () => {
  const rig = new Rig(aProvider('p', { models: ['m'] }));
  for (const [provider, key] of [
    [P, 'k9'],
    ['q', 'k1'],
  ] as const) {
    const of = [provider as ProviderId, key as ProviderKeyId] as const;
    assert.deepEqual([rig.board.wake(...of), rig.board.suspend(...of, 'x')], [false, false]);
  }
  assert.deepEqual([rig.heard.published, rig.touched], [[], []]);
});
