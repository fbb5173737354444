import type { CompiledKey } from '../../config/snapshot.ts';
import type { Failure } from '../../domain/failure.ts';
import type { EventFeed, KeyEvent } from '../../ports/event-feed.ts';
import type { KeyStandingState } from '../../ports/key-board.ts';
import type { BreakerState, KeyState, Rest } from '../../ports/live-state.ts';
import { findBreaker } from './breaker.ts';
import { keyStandingState } from './key-standing-state.ts';
import type { Lease } from './lease.ts';

interface KeyBefore {
  readonly key: CompiledKey;
  readonly state: KeyState;
  readonly standing: KeyStandingState;
  readonly rest: Rest | null;
  readonly modelRest: Rest | null;
  readonly suspendedSinceMs: number | null;
}

/**
 * What is told of a lease's return to those who listen: made before it, it remembers how things stood, and tells afterwards what has changed.
 * Rests are never changed but replaced, so that a look at their identity is enough.
 */
export class PoolChanges {
  readonly #events: EventFeed;
  readonly #lease: Lease;
  readonly #keys: readonly KeyBefore[];
  readonly #poolRest: Rest | null;
  readonly #breakerRest: Rest | null;
  readonly #breakerState: BreakerState['state'];

  constructor(events: EventFeed, lease: Lease, failure: Failure | null, nowMs: number) {
    this.#events = events;
    this.#lease = lease;
    const breaker = findBreaker(lease.pool, lease.model);
    this.#poolRest = lease.pool.rest;
    this.#breakerRest = breaker?.rest ?? null;
    this.#breakerState = breaker?.state ?? 'closed';
    // Of several keys that fail together, a sign of one may end the rests of the others.
    const isAboutAll = failure?.kind === 'rate-limited' || failure?.kind === 'upstream-error';
    const keys = isAboutAll ? lease.target.provider.keys : [lease.key];
    this.#keys = keys.flatMap((key) => {
      const state = key.id === lease.key.id ? lease.state : lease.pool.keys.get(key.id);
      return state === undefined ? [] : [this.#rememberKey(key, state, nowMs)];
    });
  }

  tell(nowMs: number): void {
    for (const before of this.#keys) this.#tellKey(before, nowMs);
    const { pool, model, target } = this.#lease;
    const breaker = findBreaker(pool, model);
    this.#tellRest(null, this.#poolRest, pool.rest, nowMs);
    this.#tellRest(model, this.#breakerRest, breaker?.rest ?? null, nowMs);
    const to = breaker?.state ?? 'closed';
    if (to === this.#breakerState) return;
    const untilMs = to === 'open' ? (breaker?.openUntilMs ?? null) : null;
    this.#events.publish({ type: 'breaker', provider: target.provider.id, model, from: this.#breakerState, to, untilMs });
  }

  #rememberKey(key: CompiledKey, state: KeyState, nowMs: number): KeyBefore {
    return {
      key,
      state,
      standing: this.#standing(key, state, nowMs),
      rest: state.rest,
      modelRest: this.#modelRest(state),
      suspendedSinceMs: state.suspended?.sinceMs ?? null,
    };
  }

  #tellKey({ key, state, standing: from, ...before }: KeyBefore, nowMs: number): void {
    const to = this.#standing(key, state, nowMs);
    const isSuspendedAnew = state.suspended !== null && state.suspended.sinceMs !== before.suspendedSinceMs;
    const modelRest = this.#modelRest(state);
    const newRest = state.rest !== before.rest ? state.rest : modelRest !== before.modelRest ? modelRest : null;
    if (from === to && newRest === null && !isSuspendedAnew) return;
    const isOfModel = state.rest === before.rest && modelRest !== before.modelRest && !isSuspendedAnew;
    const { provider } = this.#lease.target;
    const why: Pick<KeyEvent, 'kind' | 'reason' | 'untilMs'> =
      isSuspendedAnew && state.suspended !== null
        ? { kind: 'auth-rejected', reason: state.suspended.reason, untilMs: null }
        : { kind: newRest?.kind ?? null, reason: newRest?.reason ?? null, untilMs: newRest?.untilMs ?? null };
    this.#events.publish({ type: 'key', provider: provider.id, key: key.id, model: isOfModel ? this.#lease.model : null, from, to, ...why });
  }

  /** A rest that was over by itself is not told to have ended. */
  #tellRest(model: string | null, before: Rest | null, now: Rest | null, nowMs: number): void {
    if (before === now || (now === null && (before === null || before.untilMs <= nowMs))) return;
    const { id } = this.#lease.target.provider;
    const why = { kind: now?.kind ?? null, reason: now?.reason ?? null, untilMs: now?.untilMs ?? null };
    this.#events.publish({ type: 'provider-rest', provider: id, model, ...why });
  }

  #standing(key: CompiledKey, state: KeyState, nowMs: number): KeyStandingState {
    return keyStandingState(this.#lease.target.provider.enabled && key.enabled, state, nowMs);
  }

  #modelRest(state: KeyState): Rest | null {
    return state.models?.get(this.#lease.model)?.rest ?? null;
  }
}
