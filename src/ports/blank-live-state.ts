import type { ProviderId, ProviderKeyId } from '../domain/ids.ts';
import type { BreakerState, KeyState, PoolState } from './live-state.ts';

/** What a key looks like before anything happened to it. */
export function blankKeyState(id: ProviderKeyId): KeyState {
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

export function blankBreakerState(): BreakerState {
  return { rest: null, probing: false, state: 'closed', inARow: 0, slices: [], openUntilMs: 0, openings: 0, successes: 0, closedAtMs: 0 };
}

export function blankPoolState(provider: ProviderId): PoolState {
  return { provider, rest: null, probing: false, keys: new Map(), models: new Map(), credits: new Map(), recent429: [], recent5xx: [], traffic: [] };
}
