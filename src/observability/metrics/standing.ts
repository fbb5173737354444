import type { KeyState, PoolState, Restable } from '../../ports/live-state.ts';

/** What is read of the compiled configuration at scrape time; the snapshot that exchanges read has it all. */
export interface MetricsSnapshot {
  readonly revision: number;
  readonly providers: readonly MetricsProvider[];
}

export interface MetricsProvider {
  readonly id: string;
  readonly enabled: boolean;
  readonly keys: readonly MetricsKey[];
  /** Listed models by public name; empty: any name is sent on. */
  readonly models: ReadonlyMap<string, { readonly publicModel: string; readonly upstreamModel: string }>;
  readonly knownModels: readonly string[];
}

export interface MetricsKey {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
}

export const KEY_STANDINGS = ['ready', 'resting', 'suspended', 'disabled'] as const;
export type KeyStanding = (typeof KEY_STANDINGS)[number];

export function isResting(thing: Restable | null | undefined, nowMs: number): boolean {
  return thing?.rest !== null && thing?.rest !== undefined && thing.rest.untilMs > nowMs;
}

/** True while any rest of the key runs, also one for a single model. */
export function hasRest(state: KeyState | undefined, nowMs: number): boolean {
  if (state === undefined) return false;
  return isResting(state, nowMs) || (state.models !== null && state.models.values().some((ofModel) => isResting(ofModel, nowMs)));
}

export function keyStanding(provider: MetricsProvider, key: MetricsKey, state: KeyState | undefined, nowMs: number): KeyStanding {
  if (!provider.enabled || !key.enabled) return 'disabled';
  if (state !== undefined && state.suspended !== null) return 'suspended';
  return hasRest(state, nowMs) ? 'resting' : 'ready';
}

/** Whether the provider could serve something now: it does not rest, and neither do all of its keys or all of its models. */
export function isHealthy(provider: MetricsProvider, pool: PoolState | undefined, nowMs: number): boolean {
  const usable = provider.keys.some((key) => {
    const state = stateOf(pool, key);
    return key.enabled && (state === undefined || (state.suspended === null && !isResting(state, nowMs)));
  });
  if (!provider.enabled || !usable) return false;
  if (pool === undefined) return true;
  return !isResting(pool, nowMs) && hasServingModel(provider, pool, nowMs);
}

export function stateOf(pool: PoolState | undefined, key: MetricsKey): KeyState | undefined {
  return (pool?.keys as ReadonlyMap<string, KeyState> | undefined)?.get(key.id);
}

/** Of a provider that takes any name, only models that were in trouble before are known. */
function hasServingModel(provider: MetricsProvider, pool: PoolState, nowMs: number): boolean {
  const names = provider.models.size > 0 ? Array.from(provider.models.values(), (model) => model.upstreamModel) : [...pool.models.keys()];
  if (names.length === 0) return true;
  return names.some((name) => {
    const breaker = pool.models.get(name);
    const isOpen = breaker?.state === 'open' && breaker.openUntilMs > nowMs;
    return !isOpen && !isResting(breaker, nowMs);
  });
}
