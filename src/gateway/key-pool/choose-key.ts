import { createHash } from 'node:crypto';
import type { KeyState } from '../../ports/live-state.ts';
import type { BoundPool } from './bound-pool.ts';
import { headroom } from './learned-quota.ts';

/**
 * Picks one of the eligible keys (indexes into the pool) by the pool's strategy.
 * `session` is what `sticky` holds on to; without one it falls back to the weights.
 */
export function chooseKey(bound: BoundPool, eligible: readonly number[], model: string, session: string | null, nowMs: number): number {
  switch (bound.provider.poolStrategy) {
    case 'fill-first':
      return eligible[0] ?? -1;
    case 'least-busy':
      return bestBy(bound, eligible, (state, weight) => -state.inFlight / weight);
    case 'most-headroom':
      return bestBy(bound, eligible, (state) => headroom(state, model, nowMs));
    case 'sticky':
      return session === null ? smoothWeighted(bound, eligible) : rendezvous(bound, eligible, session);
    case 'weighted':
      return smoothWeighted(bound, eligible);
  }
}

/**
 * Smooth weighted round robin (the algorithm of nginx's upstream module): each eligible key earns its weight, the richest serves and pays
 * the sum. Weights 3:1 give A A B A; keys that cannot serve neither earn nor pay.
 */
function smoothWeighted(bound: BoundPool, eligible: readonly number[]): number {
  let best = -1;
  let bestCredit = -Infinity;
  let total = 0;
  for (const index of eligible) {
    const state = bound.states[index];
    const weight = bound.keys[index]?.weight ?? 1;
    if (state === undefined) continue;
    state.credit += weight;
    total += weight;
    if (state.credit > bestCredit) {
      bestCredit = state.credit;
      best = index;
    }
  }
  const chosen = bound.states[best];
  if (chosen !== undefined) chosen.credit -= total;
  return best;
}

/** The best by a figure; equals are served by smooth weights, so that ties spread. */
function bestBy(bound: BoundPool, eligible: readonly number[], figure: (state: KeyState, weight: number) => number): number {
  let best = -Infinity;
  let among: number[] = [];
  for (const index of eligible) {
    const state = bound.states[index];
    if (state === undefined) continue;
    const value = figure(state, bound.keys[index]?.weight ?? 1);
    if (value > best) {
      best = value;
      among = [index];
    } else if (value === best) {
      among.push(index);
    }
  }
  return smoothWeighted(bound, among);
}

/** Rendezvous hash (highest random weight): each session has its own order of keys, so a key that leaves moves only its own sessions. */
function rendezvous(bound: BoundPool, eligible: readonly number[], session: string): number {
  let best = -1;
  let bestScore = -Infinity;
  for (const index of eligible) {
    const key = bound.keys[index];
    if (key === undefined) continue;
    const digest = createHash('sha256').update(session).update('\0').update(key.id).digest();
    const uniform = (digest.readUIntBE(0, 6) + 0.5) / 2 ** 48;
    const score = key.weight / -Math.log(uniform);
    if (score > bestScore) {
      bestScore = score;
      best = index;
    }
  }
  return best;
}
