import type { KeyStandingState, ModelStanding, ProviderStanding } from '../../ports/key-board.ts';
import type { BreakerState } from '../../ports/live-state.ts';
import type { BoundPool } from './bound-pool.ts';
import { breakerBlockedUntil } from './breaker.ts';
import { standingRest } from './describe-key.ts';
import { keyStandingState } from './key-standing-state.ts';

/** A provider as people see it. */
export function describeProvider({ provider, pool, keys, states }: BoundPool, nowMs: number): ProviderStanding {
  const counts: Record<KeyStandingState, number> = { ready: 0, resting: 0, suspended: 0, disabled: 0 };
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i];
    const state = states[i];
    if (key !== undefined && state !== undefined) counts[keyStandingState(provider.enabled && key.enabled, state, nowMs)] += 1;
  }
  return {
    provider: provider.id,
    name: provider.name,
    isEnabled: provider.enabled,
    rest: standingRest(pool, 'provider', null, nowMs),
    models: [...pool.models].map(([model, breaker]) => describeModel(model, breaker, nowMs)).filter((model) => model !== null),
    keys: counts,
  };
}

/** Null: the model is not in trouble. */
function describeModel(model: string, breaker: BreakerState, nowMs: number): ModelStanding | null {
  const rest = standingRest(breaker, 'provider-model', model, nowMs);
  if (breaker.state === 'closed' && rest === null) return null;
  const blockedUntilMs = breakerBlockedUntil(breaker, nowMs);
  const state = breaker.state === 'open' && blockedUntilMs === 0 ? 'half-open' : breaker.state;
  return { model, breaker: state, breakerUntilMs: blockedUntilMs === 0 ? null : blockedUntilMs, rest, why: rest?.reason ?? WHY[state] };
}

const WHY: Readonly<Record<BreakerState['state'], string>> = {
  closed: 'nothing is wrong',
  open: 'too many of the last attempts failed',
  'half-open': 'too many attempts failed, and single requests find out whether it is over',
};
