import type { PoolState, Restable } from '../../ports/live-state.ts';
import type { FamilyDefinition } from './family-definition.ts';
import { CounterSets } from './counter-sets.ts';
import { keyBalancerFamilies, PROXY_FAMILIES, type CompatibleFamilies } from './compatible-families.ts';
import { OWN_READ } from './own-families.ts';
import type { Sample, ScrapedMetric } from './scraped-metric.ts';
import { hasRest, isHealthy, isResting, KEY_STANDINGS, keyStanding, type MetricsProvider, type MetricsSnapshot, stateOf } from './standing.ts';
import { StateSets } from './state-sets.ts';

/** Kinds of failure that make something rest. */
const REST_KINDS = [
  'rate-limited',
  'out-of-quota',
  'auth-rejected',
  'overloaded',
  'upstream-error',
  'transport',
  'malformed',
  'model-missing',
] as const;
type RestKind = (typeof REST_KINDS)[number];
const REST_SCOPES = ['key', 'key-model', 'provider', 'provider-model'] as const;
const BREAKER_STATES = ['closed', 'open', 'half-open'] as const;

export interface LiveSources {
  readonly snapshot: () => MetricsSnapshot;
  readonly pools: () => Iterable<PoolState>;
  /** Epoch ms, the clock of rests. */
  readonly nowMs: () => number;
}

/** What providers, keys and breakers are like at the moment of the scrape. */
export function liveMetrics(sources: LiveSources, compat: readonly CompatibleFamilies[]): ScrapedMetric[] {
  return [
    { family: OWN_READ.keyState, collect: () => collectKeyStates(sources) },
    { family: OWN_READ.rests, collect: () => collectRests(sources) },
    { family: OWN_READ.breakerState, collect: () => collectBreakers(sources) },
    ...(['key_lb', 'api_lb'] as const)
      .filter((name) => compat.includes(name))
      .map((name) => keyBalancerFamilies(`llm_${name}`).cooldown)
      .map((family) => ({ family, collect: () => collectCooldowns(sources, family) })),
    ...(compat.includes('proxy') ? [{ family: PROXY_FAMILIES.health, collect: () => collectHealth(sources) }] : []),
  ];
}

function* providersWithPools({ snapshot, pools }: LiveSources): Iterable<[MetricsProvider, PoolState | undefined]> {
  const byProvider = new Map<string, PoolState>();
  for (const pool of pools()) byProvider.set(pool.provider, pool);
  for (const provider of snapshot().providers) yield [provider, byProvider.get(provider.id)];
}

function collectKeyStates(sources: LiveSources): Sample[] {
  const nowMs = sources.nowMs();
  const sets = new StateSets(OWN_READ.keyState, 'state', KEY_STANDINGS);
  for (const [provider, pool] of providersWithPools(sources)) {
    for (const key of provider.keys) sets.add([provider.id, key.id]).counts[keyStanding(provider, key, stateOf(pool, key), nowMs)] += 1;
  }
  return sets.collect();
}

function collectCooldowns(sources: LiveSources, family: FamilyDefinition): Sample[] {
  const nowMs = sources.nowMs();
  const sets = new CounterSets(family);
  for (const [provider, pool] of providersWithPools(sources)) {
    for (const key of provider.keys) {
      const cell = sets.add([provider.id, key.id, key.name === '' ? key.id : key.name]);
      if (hasRest(stateOf(pool, key), nowMs)) cell.value += 1;
    }
  }
  return sets.collect(family);
}

function collectHealth(sources: LiveSources): Sample[] {
  const nowMs = sources.nowMs();
  const sets = new CounterSets(PROXY_FAMILIES.health);
  for (const [provider, pool] of providersWithPools(sources)) sets.add([provider.id]).value += isHealthy(provider, pool, nowMs) ? 1 : 0;
  return sets.collect(PROXY_FAMILIES.health);
}

function collectRests(sources: LiveSources): Sample[] {
  const nowMs = sources.nowMs();
  const sets = new StateSets<RestKind>(OWN_READ.rests, 'kind', REST_KINDS);
  const count = (scope: (typeof REST_SCOPES)[number], thing: Restable): void => {
    if (thing.rest === null || !isResting(thing, nowMs)) return;
    const { kind } = thing.rest;
    if (kind !== 'client-fault' && kind !== 'client-gone') sets.add([scope]).counts[kind] += 1;
  };
  for (const scope of REST_SCOPES) sets.add([scope]);
  for (const [, pool] of providersWithPools(sources)) {
    if (pool === undefined) continue;
    count('provider', pool);
    for (const breaker of pool.models.values()) count('provider-model', breaker);
    for (const key of pool.keys.values()) {
      count('key', key);
      for (const ofModel of key.models?.values() ?? []) count('key-model', ofModel);
    }
  }
  return sets.collect();
}

function collectBreakers(sources: LiveSources): Sample[] {
  const sets = new StateSets(OWN_READ.breakerState, 'state', BREAKER_STATES);
  for (const [provider, pool] of providersWithPools(sources)) {
    if (pool === undefined || pool.models.size === 0) continue;
    const configured = configuredModels(provider);
    for (const [model, breaker] of pool.models) sets.add([provider.id, configured.has(model) ? model : 'other']).counts[breaker.state] += 1;
  }
  return sets.collect();
}

/** Live state also remembers names that only a client made up. */
function configuredModels(provider: MetricsProvider): ReadonlySet<string> {
  return new Set([...provider.knownModels, ...provider.models.values().flatMap((model) => [model.publicModel, model.upstreamModel])]);
}
