import type { CompiledKey, Target } from '../../config/snapshot.ts';
import type { BreakerState, KeyState, PoolState, Restable } from '../../ports/live-state.ts';

/** A provider key on loan for one attempt; to be given back exactly once through `releaseKey`. */
export interface Lease {
  readonly target: Target;
  readonly key: CompiledKey;
  readonly state: KeyState;
  readonly pool: PoolState;
  /** Name under which rests of key × model are kept: the upstream model, or the empty string. */
  readonly model: string;
  /** Null for a model that was never in trouble. */
  readonly breaker: BreakerState | null;
  readonly takenAtMs: number;
  readonly estimatedTokens: number;
  /** What this attempt finds out about; their `probing` is held until the upstream begins to serve or the lease is returned. */
  readonly probes: Restable[];
  returned: boolean;
}

/** The name of a target's model in live state. */
export function modelName(target: Target): string {
  return target.model?.upstreamModel ?? '';
}
