import type { Failure } from '../../domain/failure.ts';
import type { KeyState, Rest, Restable } from '../../ports/live-state.ts';
import { ensureBreaker } from './breaker.ts';
import type { Lease } from './lease.ts';

const BURST_MS = 2000;

/**
 * 429s on all keys of a pool within 2 s mean that the address or the account is throttled, not the keys: the pool is held for the shortest
 * time that was named (else for the shortest of all), and keys that were not told a time of their own come back with it.
 */
export function noteBurstOf429(lease: Lease, failure: Failure, nowMs: number): void {
  const { pool, state, model } = lease;
  pool.recent429.push({ atMs: nowMs, key: state.id });
  while (pool.recent429.length > 0 && (pool.recent429[0]?.atMs ?? 0) < nowMs - BURST_MS) pool.recent429.shift();
  const keys = usableKeys(lease);
  if (keys.length < 2) return;
  const throttled = new Set(pool.recent429.map((sign) => sign.key));
  if (!keys.every((key) => throttled.has(key.id))) return;
  const rested = keys.map((key) => restedThing(key, model, failure)).filter((thing) => thing !== null);
  const shortest = shortestRest(rested);
  if (shortest === null) return;
  const held: Restable = failure.scope === 'key' ? pool : ensureBreaker(pool, model);
  if (held.rest === null || held.rest.untilMs < shortest.untilMs) {
    held.rest = { ...shortest, reason: 'every key of the pool was throttled within 2 s', sinceMs: nowMs, step: 1 };
  }
  for (const thing of rested) if (thing.rest !== null && !thing.rest.firm) thing.rest = null;
  pool.recent429.length = 0;
}

function usableKeys(lease: Lease): KeyState[] {
  const usable: KeyState[] = [];
  for (const key of lease.target.provider.keys) {
    const state = lease.pool.keys.get(key.id);
    if (state === undefined || !key.enabled || key.weight === 0 || state.suspended !== null) continue;
    if (key.allows !== null && !key.allows(lease.model) && !key.allows(lease.target.model?.publicModel ?? '')) continue;
    usable.push(state);
  }
  return usable;
}

function restedThing(key: KeyState, model: string, failure: Failure): Restable | null {
  const thing = failure.scope === 'key' ? key : (key.models?.get(model) ?? null);
  return thing !== null && thing.rest?.kind === 'rate-limited' ? thing : null;
}

function shortestRest(things: readonly Restable[]): Rest | null {
  let shortest: Rest | null = null;
  for (const { rest } of things) {
    if (rest === null) continue;
    if (shortest === null || (rest.firm && !shortest.firm) || (rest.firm === shortest.firm && rest.untilMs < shortest.untilMs)) shortest = rest;
  }
  return shortest;
}
