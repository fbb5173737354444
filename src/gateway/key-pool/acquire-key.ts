import type { Target } from '../../config/snapshot.ts';
import type { ProviderKeyId } from '../../domain/ids.ts';
import type { EventFeed } from '../../ports/event-feed.ts';
import type { KeyState, Restable } from '../../ports/live-state.ts';
import type { BoundPool, PoolBinder } from './bound-pool.ts';
import { beginHalfOpen, findBreaker, isBreakerProbing } from './breaker.ts';
import { chooseKey } from './choose-key.ts';
import { findKeyObstacle, type Obstacle } from './key-eligibility.ts';
import { takeFromCaps } from './key-caps.ts';
import { reserveQuota } from './learned-quota.ts';
import { modelName, type Lease } from './lease.ts';
import { readiness } from './rests.ts';
import { findTargetObstacle } from './target-standing.ts';

export interface KeyRequest {
  /** In the order in which they should be tried. */
  readonly targets: readonly Target[];
  /** Keys this exchange has used, and from when each may be used again (Infinity: never). */
  readonly tried: ReadonlyMap<KeyState, number>;
  /** Targets that may not be used any more in this exchange. */
  readonly excluded: ReadonlySet<Target>;
  /** The one key that can serve, because what the call is about is stored with it; null: any. */
  readonly onlyKey: ProviderKeyId | null;
  readonly publicModel: string;
  readonly session: string | null;
  readonly estimatedTokens: number;
  readonly nowMs: number;
  /** Hears of breakers that let a probe through; absent: nobody does. */
  readonly events?: EventFeed | undefined;
}

export type Acquired =
  | { readonly kind: 'lease'; readonly lease: Lease }
  /** Something wakes at `untilMs` (0: no time is known); `onChange`: a running attempt that ends may help before. */
  | { readonly kind: 'wait'; readonly untilMs: number; readonly onChange: boolean; readonly soonestMs: number }
  /** Waiting cannot help this exchange. `soonestMs` is the first end of any rest, 0 when there is none. */
  | { readonly kind: 'none'; readonly soonestMs: number };

interface SoftChoice {
  readonly bound: BoundPool;
  readonly target: Target;
  readonly index: number;
  readonly untilMs: number;
}

/**
 * Takes a key for one attempt: a ready one of the first target that has any; else, of those whose rest is soft, the one that wakes soonest
 * (one such probe at a time); else says how long to wait.
 */
export function acquireKey(binder: PoolBinder, request: KeyRequest): Acquired {
  const search: Search = { soft: null, waitUntilMs: Infinity, mayWait: false, onChange: false, soonestMs: Infinity, probeInFlight: false };
  for (const target of request.targets) {
    if (request.excluded.size > 0 && request.excluded.has(target)) continue;
    const bound = binder.bind(target.provider);
    const eligible = searchTarget(bound, target, request, search);
    if (eligible.length === 0) continue;
    const index = chooseKey(bound, eligible, modelName(target), request.session, request.nowMs);
    return { kind: 'lease', lease: makeLease(bound, target, index, request, false) };
  }
  if (search.soft !== null && !search.probeInFlight) {
    const { bound, target, index } = search.soft;
    return { kind: 'lease', lease: makeLease(bound, target, index, request, true) };
  }
  const soonestMs = Number.isFinite(search.soonestMs) ? search.soonestMs : 0;
  if (!search.mayWait) return { kind: 'none', soonestMs };
  return { kind: 'wait', untilMs: Number.isFinite(search.waitUntilMs) ? search.waitUntilMs : 0, onChange: search.onChange, soonestMs };
}

interface Search {
  soft: SoftChoice | null;
  waitUntilMs: number;
  mayWait: boolean;
  onChange: boolean;
  soonestMs: number;
  probeInFlight: boolean;
}

/** The keys of one target that may be used now; what stands against the others goes into the search. */
function searchTarget(bound: BoundPool, target: Target, request: KeyRequest, search: Search): number[] {
  const { nowMs, publicModel, estimatedTokens } = request;
  const whole = findTargetObstacle(bound, target, nowMs);
  const model = modelName(target);
  const eligible: number[] = [];
  const { keys, states } = bound;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index];
    const state = states[index];
    if (key === undefined || state === undefined || (request.onlyKey !== null && request.onlyKey !== key.id)) continue;
    const obstacle = findKeyObstacle(key, state, model, publicModel, estimatedTokens, nowMs);
    const triedUntil = request.tried.size === 0 ? undefined : request.tried.get(state);
    if (obstacle === null && whole === null && (triedUntil === undefined || triedUntil <= nowMs)) {
      eligible.push(index);
      continue;
    }
    note(search, bound, target, index, stronger(whole, obstacle), triedUntil);
  }
  return eligible;
}

/** The one of two obstacles that lasts: hard before soft, later before sooner. */
function stronger(a: Obstacle | null, b: Obstacle | null): Obstacle | null {
  if (a === null || b === null) return a ?? b;
  if (a.soft !== b.soft) return a.soft ? b : a;
  if (a.untilMs === 0 || b.untilMs === 0) return a.untilMs === 0 ? a : b;
  return a.untilMs >= b.untilMs ? a : b;
}

function note(search: Search, bound: BoundPool, target: Target, index: number, obstacle: Obstacle | null, triedUntil: number | undefined): void {
  if (obstacle !== null && obstacle.untilMs > 0) search.soonestMs = Math.min(search.soonestMs, obstacle.untilMs);
  const isSpent = triedUntil === Infinity;
  if (isSpent || obstacle === null) return;
  if (obstacle.reason === 'probe-in-flight') search.probeInFlight = true;
  if (obstacle.soft) {
    if (triedUntil !== undefined) return;
    if (search.soft === null || obstacle.untilMs < search.soft.untilMs) search.soft = { bound, target, index, untilMs: obstacle.untilMs };
    // Should somebody else be probing, this one is worth waiting for.
    search.mayWait = true;
    search.onChange = true;
    return;
  }
  switch (obstacle.reason) {
    case 'resting':
    case 'breaker-open':
      search.mayWait = true;
      search.waitUntilMs = Math.min(search.waitUntilMs, obstacle.untilMs);
      return;
    case 'key-at-its-cap':
      search.mayWait = true;
      if (obstacle.untilMs > 0) search.waitUntilMs = Math.min(search.waitUntilMs, obstacle.untilMs);
      else search.onChange = true;
      return;
    case 'probe-in-flight':
      search.mayWait = true;
      search.onChange = true;
      return;
    default:
      return;
  }
}

function makeLease(bound: BoundPool, target: Target, index: number, request: KeyRequest, forced: boolean): Lease {
  const key = bound.keys[index];
  const state = bound.states[index];
  if (key === undefined || state === undefined) throw new Error(`no key at place ${index} of provider ${bound.provider.id}`);
  const { nowMs, estimatedTokens } = request;
  const model = modelName(target);
  const breaker = findBreaker(bound.pool, model) ?? null;
  const probes: Restable[] = [];
  probe(probes, bound.pool, nowMs, forced);
  probe(probes, state, nowMs, forced);
  probe(probes, state.models?.get(model) ?? null, nowMs, forced);
  if (breaker !== null) {
    probe(probes, breaker, nowMs, forced);
    if (isBreakerProbing(breaker)) {
      if (breaker.state === 'open')
        request.events?.publish({ type: 'breaker', provider: target.provider.id, model, from: 'open', to: 'half-open', untilMs: null });
      beginHalfOpen(breaker);
      if (!probes.includes(breaker)) probes.push(breaker);
    }
  }
  if (state.suspended !== null) {
    if (!probes.includes(state)) probes.push(state);
    state.suspended.nextProbeAtMs = Infinity;
  }
  for (const thing of probes) thing.probing = true;
  state.inFlight += 1;
  state.lastUsedMs = nowMs;
  if (key.limits !== null) takeFromCaps(state, estimatedTokens, nowMs);
  if (state.quotas !== null) reserveQuota(state, model, estimatedTokens);
  return { target, key, state, pool: bound.pool, model, breaker, takenAtMs: nowMs, estimatedTokens, probes, returned: false };
}

function probe(into: Restable[], thing: Restable | null, nowMs: number, forced: boolean): void {
  if (thing === null || thing.rest === null) return;
  const standing = readiness(thing, nowMs);
  if (standing === 'half-open' || (forced && standing === 'soft')) into.push(thing);
}
