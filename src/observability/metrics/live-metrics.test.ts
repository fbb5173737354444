import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { metricsFor, scrape } from '../../../test/support/scraped-metrics.ts';
import type { FailureKind } from '../../domain/failure.ts';
import type { ProviderId, ProviderKeyId } from '../../domain/ids.ts';
import type { PoolState, Rest } from '../../ports/live-state.ts';
import type { MetricsKey, MetricsProvider } from './standing.ts';
import { blankBreakerState, blankKeyState } from '../../ports/blank-live-state.ts';
import { MemoryLiveState } from '../../state/memory/memory-live-state.ts';

const NOW = 1_000_000;
const NO_MODELS = new Map<string, { publicModel: string; upstreamModel: string }>();

function rest(kind: FailureKind, untilMs = NOW + 1): Rest {
  return { kind, reason: 'a test', sinceMs: NOW - 1, untilMs, firm: false, step: 1 };
}

function provider(keys: readonly MetricsKey[], changes: Partial<MetricsProvider> = {}): MetricsProvider {
  return { id: 'main', enabled: true, keys, models: NO_MODELS, knownModels: [], ...changes };
}

function key(id: string, changes: Partial<MetricsKey> = {}): MetricsKey {
  return { id, name: '', enabled: true, ...changes };
}

function addKey(pool: PoolState, id: string) {
  const state = blankKeyState(id as ProviderKeyId);
  pool.keys.set(state.id, state);
  return state;
}

async function show(t: TestContext, providers: readonly MetricsProvider[], arrange: (pool: PoolState) => void = () => {}): Promise<string[]> {
  const live = new MemoryLiveState();
  arrange(live.pool('main' as ProviderId));
  const metrics = metricsFor({ snapshot: () => ({ revision: 1, providers }), pools: () => live.pools(), nowMs: () => NOW });
  t.after(() => metrics.stop());
  return scrape(metrics);
}

/** The states with the value 1, as `key: state`. */
function standingOf(lines: readonly string[]): string[] {
  const found = lines.map((line) => /^headgate_provider_key_state\{provider="main",key="(.*)",state="(.*)"\} 1$/.exec(line));
  return found.flatMap((parts) => (parts === null ? [] : [`${parts[1]}: ${parts[2]}`]));
}

test('shows each key in one of the four states', async (t) => {
  const keys = [key('unused'), key('resting'), key('rested'), key('model-rests'), key('suspended'), key('off', { enabled: false })];
  const lines = await show(t, [provider(keys)], (pool) => {
    addKey(pool, 'resting').rest = rest('rate-limited');
    addKey(pool, 'rested').rest = rest('rate-limited', NOW);
    addKey(pool, 'model-rests').models = new Map([['gpt-4o', { rest: rest('model-missing'), probing: false }]]);
    addKey(pool, 'suspended').suspended = { sinceMs: NOW, reason: 'rejected', nextProbeAtMs: NOW };
  });
  assert.deepEqual(standingOf(lines), [
    'unused: ready',
    'resting: resting',
    'rested: ready',
    'model-rests: resting',
    'suspended: suspended',
    'off: disabled',
  ]);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('headgate_provider_key_state{provider="main",key="resting"')),
    ['ready', 'resting', 'suspended', 'disabled'].map(
      (state) => `headgate_provider_key_state{provider="main",key="resting",state="${state}"} ${state === 'resting' ? 1 : 0}`,
    ),
  );
});

test('shows all keys of a provider that is switched off as disabled', async (t) => {
  assert.deepEqual(standingOf(await show(t, [provider([key('k-1')], { enabled: false })])), ['k-1: disabled']);
});

test('lists every configured key among the cooldowns, 1 while any rest of it runs', async (t) => {
  const lines = await show(t, [provider([key('k-1', { name: 'First' }), key('k-2'), key('k-3')])], (pool) => {
    addKey(pool, 'k-2').rest = rest('rate-limited');
    addKey(pool, 'k-3').models = new Map([['gpt-4o', { rest: rest('model-missing'), probing: false }]]);
    addKey(pool, 'gone').rest = rest('rate-limited');
  });
  assert.deepEqual(
    lines.filter((line) => line.startsWith('llm_key_lb_key_cooldown{')),
    [
      'llm_key_lb_key_cooldown{provider="main",key_id="k-1",key_name="First"} 0',
      'llm_key_lb_key_cooldown{provider="main",key_id="k-2",key_name="k-2"} 1',
      'llm_key_lb_key_cooldown{provider="main",key_id="k-3",key_name="k-3"} 1',
    ],
  );
});

test('counts the rests that run by what rests and why', async (t) => {
  const lines = await show(t, [provider([key('k-1')])], (pool) => {
    pool.rest = rest('transport');
    pool.models.set('gpt-4o', { ...blankBreakerState(), rest: rest('overloaded') });
    pool.models.set('gpt-4', { ...blankBreakerState(), rest: rest('overloaded', NOW) });
    const state = addKey(pool, 'k-1');
    state.rest = rest('out-of-quota');
    state.models = new Map(['a', 'b'].map((model) => [model, { rest: rest('rate-limited'), probing: false }]));
  });
  const running = lines.filter((line) => line.startsWith('headgate_rests{') && !line.endsWith(' 0'));
  assert.deepEqual(running.toSorted(), [
    'headgate_rests{scope="key",kind="out-of-quota"} 1',
    'headgate_rests{scope="key-model",kind="rate-limited"} 2',
    'headgate_rests{scope="provider",kind="transport"} 1',
    'headgate_rests{scope="provider-model",kind="overloaded"} 1',
  ]);
  assert.ok(lines.includes('headgate_rests{scope="key",kind="transport"} 0'));
});

test('shows breakers of configured models by name and those of made-up names together', async (t) => {
  const models = new Map([['fast', { publicModel: 'fast', upstreamModel: 'gpt-4o-mini' }]]);
  const lines = await show(t, [provider([key('k-1')], { models, knownModels: ['gpt-4o'] })], (pool) => {
    pool.models.set('gpt-4o-mini', { ...blankBreakerState(), state: 'half-open' });
    pool.models.set('gpt-4o', blankBreakerState());
    for (const name of ['made-up-1', 'made-up-2']) pool.models.set(name, { ...blankBreakerState(), state: 'open', openUntilMs: NOW + 1 });
  });
  const breakers = lines.filter((line) => line.startsWith('headgate_breaker_state{'));
  assert.equal(breakers.length, 9);
  assert.deepEqual(
    breakers.filter((line) => !line.endsWith(' 0')),
    [
      'headgate_breaker_state{provider="main",model="gpt-4o-mini",state="half-open"} 1',
      'headgate_breaker_state{provider="main",model="gpt-4o",state="closed"} 1',
      'headgate_breaker_state{provider="main",model="other",state="open"} 2',
    ],
  );
});

test('calls a provider healthy while something of it can serve', async (t) => {
  const listed = new Map(['a', 'b'].map((name) => [name, { publicModel: name, upstreamModel: name }]));
  const open = { ...blankBreakerState(), state: 'open' as const, openUntilMs: NOW + 1 };
  const health = async (changes: Partial<MetricsProvider>, arrange: (pool: PoolState) => void = () => {}): Promise<string | undefined> =>
    (await show(t, [provider([key('k-1'), key('k-2')], changes)], arrange)).find((line) => line.startsWith('llm_proxy_provider_health{'));
  const healthy = 'llm_proxy_provider_health{provider="main"} 1';
  const ill = 'llm_proxy_provider_health{provider="main"} 0';
  assert.equal(await health({}), healthy);
  assert.equal(await health({ enabled: false }), ill);
  assert.equal(await health({ keys: [] }), ill);
  assert.equal(await health({}, (pool) => void (pool.rest = rest('transport'))), ill);
  assert.equal(await health({}, (pool) => void (pool.rest = rest('transport', NOW))), healthy);
  assert.equal(await health({}, (pool) => void (addKey(pool, 'k-1').rest = rest('out-of-quota'))), healthy);
  assert.equal(
    await health({}, (pool) => {
      addKey(pool, 'k-1').rest = rest('out-of-quota');
      addKey(pool, 'k-2').suspended = { sinceMs: NOW, reason: 'rejected', nextProbeAtMs: NOW };
    }),
    ill,
  );
  assert.equal(await health({ models: listed }, (pool) => void pool.models.set('a', open)), healthy);
  assert.equal(
    await health({ models: listed }, (pool) => {
      pool.models.set('a', open);
      pool.models.set('b', { ...blankBreakerState(), rest: rest('overloaded') });
    }),
    ill,
  );
});

test('counts the keys of a very large pool beyond the room of the family under other', async (t) => {
  const keys = Array.from({ length: 600 }, (_, index) => key(`k-${index}`));
  const lines = (await show(t, [provider(keys)], (pool) => void (addKey(pool, 'k-599').rest = rest('rate-limited')))).filter((line) =>
    line.startsWith('headgate_provider_key_state{'),
  );
  assert.ok(lines.length <= 1000);
  assert.equal(
    lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0),
    600,
  );
  assert.ok(lines.includes('headgate_provider_key_state{provider="other",key="other",state="resting"} 1'));
});
