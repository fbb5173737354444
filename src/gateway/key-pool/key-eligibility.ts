import type { CompiledKey } from '../../config/snapshot.ts';
import type { RejectionReason } from '../../domain/decision.ts';
import type { KeyState, Restable } from '../../ports/live-state.ts';
import { blockedByCapsUntil } from './key-caps.ts';
import { firmEnd, readiness, REJECTED_PROBE_MS } from './rests.ts';

/** Why a key may not be used now. `soft`: it may, when nothing better is there. */
export interface Obstacle {
  readonly reason: RejectionReason;
  /** Epoch ms; 0 when no end is known (a person or a running attempt ends it). */
  readonly untilMs: number;
  readonly soft: boolean;
}

const DISABLED: Obstacle = { reason: 'key-disabled', untilMs: 0, soft: false };
const DRAINING: Obstacle = { reason: 'key-draining', untilMs: 0, soft: false };
const OTHER_MODEL: Obstacle = { reason: 'key-model-not-listed', untilMs: 0, soft: false };

/** What stands against using this key for this model now; null when nothing does. */
export function findKeyObstacle(
  key: CompiledKey,
  state: KeyState,
  model: string,
  publicModel: string,
  estimatedTokens: number,
  nowMs: number,
): Obstacle | null {
  if (!key.enabled) return DISABLED;
  if (key.weight === 0) return DRAINING;
  if (key.allows !== null && !key.allows(model) && !key.allows(publicModel)) return OTHER_MODEL;
  if (state.suspended !== null && (state.suspended.nextProbeAtMs > nowMs || state.probing)) {
    return { reason: 'key-suspended', untilMs: 0, soft: false };
  }
  if (state.suspended === null && state.rest !== null) {
    const obstacle = restObstacle(state, nowMs);
    if (obstacle !== null) return obstacle;
  }
  if (state.models !== null) {
    const perModel = state.models.get(model);
    if (perModel !== undefined && perModel.rest !== null) {
      const obstacle = restObstacle(perModel, nowMs);
      if (obstacle !== null) return obstacle;
    }
  }
  if (key.limits !== null) {
    const untilMs = blockedByCapsUntil(state, key.limits, estimatedTokens, nowMs);
    if (untilMs !== 0) return { reason: 'key-at-its-cap', untilMs: untilMs === -1 ? 0 : untilMs, soft: false };
  }
  return null;
}

/** The obstacle that a rest is, for a key, a provider or a model alike. */
export function restObstacle(thing: Restable, nowMs: number): Obstacle | null {
  const rest = thing.rest;
  if (rest === null) return null;
  switch (readiness(thing, nowMs)) {
    case 'ready':
    case 'half-open':
      return null;
    case 'probing':
      return { reason: 'probe-in-flight', untilMs: 0, soft: false };
    case 'firm':
      return { reason: 'resting', untilMs: firmEnd(rest), soft: false };
    case 'soft': {
      // A rejected secret does not heal by asking: it is forced at most once a minute.
      const mayForce = rest.kind !== 'auth-rejected' || nowMs - rest.sinceMs >= REJECTED_PROBE_MS;
      return mayForce
        ? { reason: 'resting', untilMs: rest.untilMs, soft: true }
        : { reason: 'resting', untilMs: rest.sinceMs + REJECTED_PROBE_MS, soft: false };
    }
  }
}
