import type { Target } from '../../config/snapshot.ts';
import type { Rejection } from '../../domain/decision.ts';
import { breakerBlockedUntil, findBreaker, isBreakerProbing } from './breaker.ts';
import type { BoundPool } from './bound-pool.ts';
import { findKeyObstacle, restObstacle, type Obstacle } from './key-eligibility.ts';
import { modelName } from './lease.ts';

/** What stands against the whole target: its provider's rest, its model's rest or breaker; null when nothing does. */
export function findTargetObstacle(bound: BoundPool, target: Target, nowMs: number): Obstacle | null {
  if (bound.pool.rest !== null) {
    const obstacle = restObstacle(bound.pool, nowMs);
    if (obstacle !== null) return obstacle;
  }
  const breaker = findBreaker(bound.pool, modelName(target));
  if (breaker === undefined) return null;
  const openUntilMs = breakerBlockedUntil(breaker, nowMs);
  if (openUntilMs > 0) return { reason: 'breaker-open', untilMs: Math.max(openUntilMs, breaker.rest?.untilMs ?? 0), soft: false };
  if (isBreakerProbing(breaker) && breaker.probing) return { reason: 'probe-in-flight', untilMs: 0, soft: false };
  return restObstacle(breaker, nowMs);
}

/** Says of a target which of its keys cannot serve now, and why. Reads only. */
export function listRejections(
  bound: BoundPool,
  target: Target,
  publicModel: string,
  estimatedTokens: number,
  nowMs: number,
  into: Rejection[],
  most: number,
): number {
  const model = target.model?.upstreamModel ?? null;
  const provider = bound.provider.id;
  let rejected = 0;
  const add = (obstacle: Obstacle, key?: Rejection['key']): void => {
    rejected += 1;
    if (into.length >= most) return;
    into.push({
      provider,
      model,
      reason: obstacle.reason,
      ...(key === undefined ? {} : { key }),
      ...(obstacle.untilMs > 0 ? { untilMs: obstacle.untilMs } : {}),
    });
  };
  const whole = findTargetObstacle(bound, target, nowMs);
  if (whole !== null) add(whole);
  const name = model ?? '';
  for (let i = 0; i < bound.keys.length; i += 1) {
    const key = bound.keys[i];
    const state = bound.states[i];
    if (key === undefined || state === undefined) continue;
    const obstacle = findKeyObstacle(key, state, name, publicModel, estimatedTokens, nowMs);
    if (obstacle !== null) add(obstacle, key.id);
  }
  if (bound.keys.length === 0) add({ reason: 'no-keys', untilMs: 0, soft: false });
  return rejected;
}
