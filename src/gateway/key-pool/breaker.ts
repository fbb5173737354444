import type { BreakerSettings } from '../../config/snapshot.ts';
import { blankBreakerState } from '../../ports/blank-live-state.ts';
import type { BreakerState, PoolState } from '../../ports/live-state.ts';

const SLICE_MS = 1000;
/** More models than this of one provider are not told apart: made-up names must not fill the memory. */
const MOST_MODELS = 2000;

/** The breaker of provider × model; undefined for a model of which nothing was seen yet. */
export function findBreaker(pool: PoolState, model: string): BreakerState | undefined {
  return pool.models.get(model);
}

/** The breaker of provider × model, made with the first outcome. */
export function ensureBreaker(pool: PoolState, model: string): BreakerState {
  const known = pool.models.get(model);
  if (known !== undefined) return known;
  const made = blankBreakerState();
  if (pool.models.size >= MOST_MODELS) {
    const forgotten = quietModel(pool) ?? pool.models.keys().next().value;
    if (forgotten !== undefined) pool.models.delete(forgotten);
  }
  pool.models.set(model, made);
  return made;
}

/** The oldest model whose breaker has nothing to say: the trouble of others is not forgotten for a new name. */
function quietModel(pool: PoolState): string | undefined {
  for (const [model, breaker] of pool.models) if (breaker.state === 'closed' && breaker.rest === null && breaker.inARow === 0) return model;
  return undefined;
}

/** Counts an attempt that the upstream served. `startedMs`: when it began. */
export function recordBreakerSuccess(breaker: BreakerState, settings: BreakerSettings, startedMs: number, nowMs: number): void {
  if (isOutdated(breaker, startedMs)) return;
  breaker.inARow = 0;
  if (breaker.state === 'half-open') {
    breaker.successes += 1;
    if (breaker.successes >= settings.closeAfter) {
      breaker.state = 'closed';
      breaker.openings = 0;
      breaker.slices.length = 0;
      breaker.closedAtMs = nowMs;
    }
    return;
  }
  currentSlice(breaker, settings, nowMs).ok += 1;
}

/** Counts an attempt that failed by the upstream's fault, and opens the breaker when it was one too many. */
export function recordBreakerFailure(breaker: BreakerState, settings: BreakerSettings, startedMs: number, nowMs: number): void {
  if (isOutdated(breaker, startedMs)) return;
  breaker.inARow += 1;
  if (breaker.state === 'half-open') return open(breaker, settings, nowMs);
  if (breaker.state === 'open') return;
  currentSlice(breaker, settings, nowMs).failed += 1;
  let ok = 0;
  let failed = 0;
  for (const slice of breaker.slices) {
    ok += slice.ok;
    failed += slice.failed;
  }
  const tooMany = ok + failed >= settings.minimum && failed / (ok + failed) >= settings.share;
  if (tooMany || breaker.inARow >= settings.inARow) open(breaker, settings, nowMs);
}

/** While a breaker is not closed, what began before it let a probe through says nothing new. */
function isOutdated(breaker: BreakerState, startedMs: number): boolean {
  return breaker.state !== 'closed' && startedMs < breaker.openUntilMs;
}

/** Until when nothing may pass; 0 when something may. An open breaker whose time is over becomes half-open here. */
export function breakerBlockedUntil(breaker: BreakerState, nowMs: number): number {
  if (breaker.state !== 'open') return 0;
  if (breaker.openUntilMs > nowMs) return breaker.openUntilMs;
  return 0;
}

/** True while only one request at a time may pass. */
export function isBreakerProbing(breaker: BreakerState): boolean {
  return breaker.state !== 'closed';
}

/** Called when a probe is sent: the open time is over. */
export function beginHalfOpen(breaker: BreakerState): void {
  if (breaker.state === 'open') {
    breaker.state = 'half-open';
    breaker.successes = 0;
  }
}

/** Share of its weight that a target gets after its breaker closed: it grows over the slow start instead of jumping. */
export function slowStartShare(breaker: BreakerState | undefined, settings: BreakerSettings, nowMs: number): number {
  if (breaker === undefined || breaker.closedAtMs === 0 || settings.slowStartSeconds <= 0) return 1;
  const share = (nowMs - breaker.closedAtMs) / (settings.slowStartSeconds * 1000);
  return share >= 1 || share < 0 ? 1 : Math.max(0.1, share);
}

function open(breaker: BreakerState, settings: BreakerSettings, nowMs: number): void {
  const seconds = Math.min(settings.openSeconds * 2 ** Math.min(breaker.openings, 16), settings.maxOpenSeconds);
  breaker.state = 'open';
  breaker.openings += 1;
  breaker.successes = 0;
  breaker.openUntilMs = nowMs + seconds * 1000;
  breaker.slices.length = 0;
}

function currentSlice(breaker: BreakerState, settings: BreakerSettings, nowMs: number): { ok: number; failed: number } {
  const { slices } = breaker;
  const oldest = nowMs - settings.windowSeconds * 1000;
  while (slices.length > 0 && (slices[0]?.startMs ?? 0) < oldest) slices.shift();
  const last = slices.at(-1);
  // After a clock that stepped back, the old slices would count for as long as the step was.
  if (last !== undefined && last.startMs - nowMs > SLICE_MS) slices.length = 0;
  else if (last !== undefined && nowMs - last.startMs < SLICE_MS) return last;
  const slice = { startMs: nowMs, ok: 0, failed: 0 };
  slices.push(slice);
  return slice;
}
