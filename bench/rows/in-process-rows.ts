import { compileSnapshot } from '../../src/config/compile-snapshot.ts';
import type { GatewaySnapshot } from '../../src/config/snapshot.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import { type BoundPool, PoolBinder } from '../../src/gateway/key-pool/bound-pool.ts';
import { listRejections } from '../../src/gateway/key-pool/target-standing.ts';
import { decide } from '../../src/gateway/routing/decide.ts';
import type { LiveView } from '../../src/gateway/routing/live-view.ts';
import { traitsOf } from '../../src/presets/model-traits.ts';
import { PRESETS } from '../../src/presets/presets.ts';
import { loadBundledPrices } from '../../src/presets/price-catalogue.ts';
import type { Rest } from '../../src/ports/live-state.ts';
import { hashToken } from '../../src/security/hash-token.ts';
import { MemoryLiveState } from '../../src/state/memory/memory-live-state.ts';
import type { BenchRow, BenchScale } from '../bench-row.ts';
import { benchConfig } from '../gateway-config.ts';

const CALLERS = 10_000;
const PROVIDERS = 200;
const KEYS_PER_PROVIDER = 5;
const KEYS = 1000;
const PRICES = loadBundledPrices();

const compile: BenchRow = {
  id: 'compile',
  title: 'compile of 10,000 virtual keys, 1,000 keys, 200 models',
  unit: 'ms',
  bar: 300,
  stretch: null,
  measure: (scale) => {
    const ports = Object.fromEntries(Array.from({ length: PROVIDERS }, (_, index) => [`bench-model-${index}`, 9]));
    const virtualKeys = Array.from({ length: CALLERS }, (_, index) => ({
      id: `caller-${index}`,
      secret: `hg-bench-${String(index).padStart(32, '0')}`,
      models: ['bench-model-1*', `bench-model-${index % PROVIDERS}`],
      limits: { requestsPerMinute: 600, tokensPerMinute: 1_000_000 },
    }));
    const written = { ...benchConfig(ports, { keysPerProvider: KEYS_PER_PROVIDER }), virtualKeys };
    const [first = 0, ...later] = Array.from({ length: scale.rounds * 3 }, () => threadMicros(() => snapshotOf(written)) / 1000);
    const notes = [`First, before the code is warm: ${first.toFixed(0)} ms. With the check of the configuration, without the reading of YAML.`];
    return Promise.resolve({ gateway: Math.min(first, ...later), floor: null, notes });
  },
};

const decideRow: BenchRow = {
  id: 'decide',
  title: 'decide() over 1,000 keys',
  unit: 'µs',
  bar: 20,
  stretch: null,
  measure: (scale) => {
    const fresh = lowestOf(
      scale,
      decision(snapshotOf(benchConfig({ 'bench-model': 9 }, { keysPerProvider: KEYS })), () => undefined),
    );
    const gateway = lowestOf(scale, decision(snapshotOf(cappedConfig()), wearOut));
    return Promise.resolve({
      gateway,
      floor: null,
      notes: [`Keys without caps of their own, to which nothing has happened: ${fresh.toFixed(1)} µs.`],
    });
  },
};

/** Each key with a list of models and caps of its own. */
function cappedConfig(): object {
  const limits = { requestsPerMinute: 60, tokensPerMinute: 1_000_000, requestsPerDay: 10_000, concurrency: 100 };
  const keys = Array.from({ length: KEYS }, (_, index) => ({ secret: `sk-bench-${index}-0123456789`, models: ['bench-*'], limits }));
  return { providers: [{ id: 'bench', preset: 'openai', models: ['bench-model'], keys }] };
}

/** A third of the keys rests, and every key has once rested for the model. */
function wearOut(bound: BoundPool, nowMs: number): void {
  for (const [index, state] of bound.states.entries()) {
    const restUntil = (untilMs: number): Rest => ({ kind: 'rate-limited', reason: '429', sinceMs: nowMs - 60_000, untilMs, firm: false, step: 1 });
    if (index % 3 === 0) state.rest = restUntil(nowMs + 60_000);
    state.models = new Map([['bench-model', { rest: restUntil(nowMs - 30_000), probing: false }]]);
  }
}

function snapshotOf(written: object): GatewaySnapshot {
  const config = validateConfig(written, { source: 'bench', locate: () => null, presets: PRESETS });
  return compileSnapshot(config, { presets: PRESETS, prices: PRICES, traits: traitsOf, revision: 1, source: 'bench', hashSecret: hashToken });
}

/** One decision for the snapshot's only provider, whose live state `prepare` has made. */
function decision(snapshot: GatewaySnapshot, prepare: (bound: BoundPool, nowMs: number) => void): () => unknown {
  const binder = new PoolBinder(new MemoryLiveState());
  const nowMs = Date.now();
  for (const provider of snapshot.providers) prepare(binder.bind(provider), nowMs);
  const live: LiveView = {
    listRejections: (target, into, most) => listRejections(binder.bind(target.provider), target, 'bench-model', 100, nowMs, into, most),
    credit: () => 0,
    recoveredShare: () => 1,
  };
  const request = {
    publicModel: 'bench-model',
    protocol: 'openai-chat',
    kind: 'answer',
    providerAsked: null,
    providersAllowed: null,
    translation: null,
  } as const;
  return () => decide(snapshot, live, request);
}

/** µs for a call in the best of the rounds, warm. */
function lowestOf(scale: BenchScale, call: () => unknown): number {
  const calls = scale.isQuick ? 2000 : 20_000;
  const round = (): number =>
    threadMicros(() => {
      for (let count = 0; count < calls; count += 1) call();
    }) / calls;
  return Math.min(...Array.from({ length: scale.rounds + 1 }, round));
}

/** Processor time of this thread. */
function threadMicros(act: () => void): number {
  const before = process.threadCpuUsage();
  act();
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}

/** Rows that measure functions, without a server. */
export const inProcessRows: readonly BenchRow[] = [compile, decideRow];
