import type { Settings } from '../../config/snapshot.ts';
import type { Failure } from '../../domain/failure.ts';
import { unreachable } from '../../lib/unreachable.ts';
import type { EventFeed } from '../../ports/event-feed.ts';
import type { Restable } from '../../ports/live-state.ts';
import { ensureBreaker, recordBreakerFailure, recordBreakerSuccess } from './breaker.ts';
import { settleCaps } from './key-caps.ts';
import type { Lease } from './lease.ts';
import { noteBurstOf429 } from './pool-burst.ts';
import { PoolChanges } from './pool-changes.ts';
import { clearRest, nextRest } from './rests.ts';
import { noteServerError } from './server-errors.ts';

export interface ReleaseContext {
  readonly settings: Settings;
  readonly nowMs: number;
  /** Uniform in [0, 1). */
  readonly random: number;
  /** Tokens that the attempt really used. */
  readonly tokens: number;
  /** Hears what changes; absent: nobody does. */
  readonly events?: EventFeed | undefined;
}

/** Most models of one key whose rests are told apart: made-up names must not fill the memory. */
const MOST_MODELS = 500;

/** Gives a key back with what was learned from the attempt. `failure` is null when the upstream served it. A second return is ignored. */
export function releaseKey(lease: Lease, failure: Failure | null, context: ReleaseContext): void {
  if (lease.returned) return;
  lease.returned = true;
  const changes = changesToTell(lease, failure, context);
  learn(lease, failure, context);
  changes?.tell(context.nowMs);
}

/** Null: nobody listens, as nearly always. */
function changesToTell(lease: Lease, failure: Failure | null, { events, nowMs }: ReleaseContext): PoolChanges | null {
  return events?.isHeard === true ? new PoolChanges(events, lease, failure, nowMs) : null;
}

function learn(lease: Lease, failure: Failure | null, context: ReleaseContext): void {
  const { state, pool, key } = lease;
  state.inFlight -= 1;
  endProbes(lease);
  if (key.limits !== null) settleCaps(state, lease.estimatedTokens, context.tokens, lease.takenAtMs);
  if (failure === null) return releaseServed(lease, context);
  switch (failure.kind) {
    case 'client-fault':
    case 'client-gone':
      return rescheduleProbe(lease, context);
    case 'rate-limited':
      restForRateLimit(lease, failure, context);
      return rescheduleProbe(lease, context);
    case 'model-missing':
      // A call that names no model cannot miss one: whatever is missing there is the client's affair.
      if (lease.model !== '') restKey(lease, failure, context);
      return rescheduleProbe(lease, context);
    case 'out-of-quota':
      restKey(lease, failure, context);
      return rescheduleProbe(lease, context);
    case 'auth-rejected':
      rejectKey(lease, failure, context);
      return rescheduleProbe(lease, context);
    case 'upstream-error': {
      const isProviderWide = noteServerError(pool, state, lease.model, context.nowMs);
      if (isProviderWide) restModel(lease, failure, context);
      else restKey(lease, failure, context);
      return countFailure(lease, context);
    }
    case 'overloaded':
    case 'malformed':
      if (failure.scope !== 'none') restModel(lease, failure, context);
      return countFailure(lease, context);
    case 'transport':
      // Our own shortage of descriptors: nothing was learned of anybody.
      if (failure.scope === 'none' && failure.ambiguous === false) return rescheduleProbe(lease, context);
      // An answer that broke off on its way says less than a connection that failed: it counts, but nobody rests for it alone.
      if (failure.scope === 'provider') pool.rest = nextRest(pool.rest, failure, lease.takenAtMs, context.nowMs, context.random);
      return countFailure(lease, context);
    default:
      return unreachable(failure.kind);
  }
}

/**
 * The upstream has begun to serve: what this attempt probed is well again, long before the attempt is over.
 * The lease stays out.
 */
export function confirmLease(lease: Lease, context: ReleaseContext): void {
  if (lease.returned || lease.probes.length === 0) return;
  const changes = changesToTell(lease, null, context);
  endProbes(lease);
  clearRests(lease);
  forgiveKey(lease);
  // A key that was suspended meanwhile, by another attempt, stays so.
  rescheduleProbe(lease, context);
  changes?.tell(context.nowMs);
}

/** From here on another request may be the probe, so this lease must not end that one's. */
function endProbes(lease: Lease): void {
  for (const thing of lease.probes) thing.probing = false;
  lease.probes.length = 0;
}

/** The upstream took the key. That says nothing against rejections that came after this attempt had begun. */
function forgiveKey(lease: Lease): void {
  const { state, takenAtMs } = lease;
  if (state.rest?.kind === 'auth-rejected' && state.rest.sinceMs > takenAtMs) return;
  if (state.suspended !== null && (state.suspended.sinceMs > takenAtMs || state.suspended.byPerson === true)) return;
  state.rejections = 0;
  state.suspended = null;
}

function clearRests(lease: Lease): void {
  const { state, pool, model, takenAtMs } = lease;
  clearRest(state, takenAtMs);
  if (state.models !== null && clearRest(state.models.get(model), takenAtMs)) state.models.delete(model);
  clearRest(pool, takenAtMs);
  if (lease.breaker !== null) clearRest(lease.breaker, takenAtMs);
}

function releaseServed(lease: Lease, context: ReleaseContext): void {
  clearRests(lease);
  forgiveKey(lease);
  rescheduleProbe(lease, context);
  recordBreakerSuccess(ensureBreaker(lease.pool, lease.model), context.settings.breaker, lease.takenAtMs, context.nowMs);
}

function countFailure(lease: Lease, context: ReleaseContext): void {
  recordBreakerFailure(ensureBreaker(lease.pool, lease.model), context.settings.breaker, lease.takenAtMs, context.nowMs);
  rescheduleProbe(lease, context);
}

/** A suspended key that was probed and did not serve waits for its next turn. One that a person suspended has none. */
function rescheduleProbe(lease: Lease, context: ReleaseContext): void {
  const { suspended } = lease.state;
  if (suspended !== null && suspended.nextProbeAtMs === Infinity && suspended.byPerson !== true)
    suspended.nextProbeAtMs = context.nowMs + context.settings.suspendedProbeSeconds * 1000;
}

function restKey(lease: Lease, failure: Failure, context: ReleaseContext): void {
  const { state, model, takenAtMs } = lease;
  const { nowMs, random } = context;
  if (failure.scope === 'key') {
    state.rest = nextRest(state.rest, failure, takenAtMs, nowMs, random);
    return;
  }
  state.models ??= new Map();
  let perModel = state.models.get(model);
  if (perModel === undefined) {
    if (state.models.size >= MOST_MODELS) forgetModel(state.models, nowMs);
    perModel = { rest: null, probing: false };
    state.models.set(model, perModel);
  }
  perModel.rest = nextRest(perModel.rest, failure, takenAtMs, nowMs, random);
}

/** Makes room for one more: a rest that is over or about a missing model goes first, so that made-up names wake nothing that matters. */
function forgetModel(models: Map<string, Restable>, nowMs: number): void {
  let forgotten = models.keys().next().value;
  for (const [model, { rest }] of models) {
    if (rest !== null && rest.untilMs > nowMs && rest.kind !== 'model-missing') continue;
    forgotten = model;
    break;
  }
  if (forgotten !== undefined) models.delete(forgotten);
}

function restModel(lease: Lease, failure: Failure, context: ReleaseContext): void {
  const breaker = ensureBreaker(lease.pool, lease.model);
  breaker.rest = nextRest(breaker.rest, failure, lease.takenAtMs, context.nowMs, context.random);
}

function restForRateLimit(lease: Lease, failure: Failure, context: ReleaseContext): void {
  restKey(lease, failure, context);
  noteBurstOf429(lease, failure, context.nowMs);
}

function rejectKey(lease: Lease, failure: Failure, context: ReleaseContext): void {
  const { state } = lease;
  const { settings, nowMs } = context;
  restKey(lease, failure, context);
  if (failure.scope === 'key') {
    state.rejections += 1;
    if (state.suspended?.byPerson === true) return;
    if (state.rejections >= settings.suspendAfter || state.suspended !== null) {
      const sinceMs = state.suspended?.sinceMs ?? nowMs;
      state.suspended = { sinceMs, reason: failure.reason, nextProbeAtMs: nowMs + settings.suspendedProbeSeconds * 1000 };
    }
  }
}
