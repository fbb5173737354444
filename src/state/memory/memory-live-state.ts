import type { ProviderId, ProviderKeyId } from '../../domain/ids.ts';
import type { BreakerState, KeyState, LiveState, PoolState } from '../../ports/live-state.ts';

/** What a key looks like before anything happened to it. */
export function newKeyState(id: ProviderKeyId): KeyState {
  return {
    id,
    rest: null,
    probing: false,
    models: null,
    rejections: 0,
    suspended: null,
    inFlight: 0,
    credit: 0,
    lastUsedMs: 0,
    minute: { startMs: 0, requests: 0, tokens: 0 },
    day: { startMs: 0, requests: 0 },
    quotas: null,
  };
}

export function newBreakerState(): BreakerState {
  return { rest: null, probing: false, state: 'closed', inARow: 0, slices: [], openUntilMs: 0, openings: 0, successes: 0, closedAtMs: 0 };
}

export function newPoolState(provider: ProviderId): PoolState {
  return { provider, rest: null, probing: false, keys: new Map(), models: new Map(), credits: new Map(), recent429: [], recent5xx: [], traffic: [] };
}

/** Live state of one process. `onTouched` is told of each change that should survive a restart. */
export class MemoryLiveState implements LiveState {
  readonly #pools = new Map<ProviderId, PoolState>();
  readonly #onTouched: (pool: PoolState) => void;

  constructor(onTouched: (pool: PoolState) => void = () => {}) {
    this.#onTouched = onTouched;
  }

  pool(provider: ProviderId): PoolState {
    let pool = this.#pools.get(provider);
    if (pool === undefined) {
      pool = newPoolState(provider);
      this.#pools.set(provider, pool);
    }
    return pool;
  }

  pools(): Iterable<PoolState> {
    return this.#pools.values();
  }

  touched(pool: PoolState): void {
    this.#onTouched(pool);
  }

  retain(present: ReadonlyMap<ProviderId, ReadonlySet<ProviderKeyId>>): void {
    for (const [id, pool] of this.#pools) {
      const keys = present.get(id);
      if (keys === undefined) {
        this.#pools.delete(id);
        continue;
      }
      for (const key of pool.keys.keys()) if (!keys.has(key)) pool.keys.delete(key);
    }
  }
}
