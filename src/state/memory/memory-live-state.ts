import type { ProviderId, ProviderKeyId } from '../../domain/ids.ts';
import { blankPoolState } from '../../ports/blank-live-state.ts';
import type { LiveState, PoolState } from '../../ports/live-state.ts';

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
      pool = blankPoolState(provider);
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
