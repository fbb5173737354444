import type { CompiledKey, CompiledProvider } from '../../config/snapshot.ts';
import { blankKeyState } from '../../ports/blank-live-state.ts';
import type { KeyState, LiveState, PoolState } from '../../ports/live-state.ts';

/** A provider's configured keys beside their live state, in the same order, so that choosing needs no look-ups. */
export interface BoundPool {
  readonly provider: CompiledProvider;
  readonly pool: PoolState;
  readonly keys: readonly CompiledKey[];
  /** `states[i]` belongs to `keys[i]`. */
  readonly states: readonly KeyState[];
}

/** Joins snapshots to live state. One binding is made for each provider of each snapshot and goes when the snapshot goes. */
export class PoolBinder {
  readonly #bound = new WeakMap<CompiledProvider, BoundPool>();
  readonly #live: LiveState;

  constructor(live: LiveState) {
    this.#live = live;
  }

  bind(provider: CompiledProvider): BoundPool {
    let bound = this.#bound.get(provider);
    if (bound === undefined) {
      const pool = this.#live.pool(provider.id);
      bound = { provider, pool, keys: provider.keys, states: provider.keys.map((key) => stateOf(pool, key)) };
      this.#bound.set(provider, bound);
    }
    return bound;
  }
}

function stateOf(pool: PoolState, key: CompiledKey): KeyState {
  let state = pool.keys.get(key.id);
  if (state === undefined) {
    state = blankKeyState(key.id);
    pool.keys.set(key.id, state);
  }
  return state;
}
