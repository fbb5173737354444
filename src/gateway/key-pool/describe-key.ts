import type { CompiledKey, CompiledProvider } from '../../config/snapshot.ts';
import type { KeyStanding, KeySuspension, StandingRest } from '../../ports/key-board.ts';
import type { KeyState, PoolState, Rest, Restable } from '../../ports/live-state.ts';
import { describeCaps } from './key-caps.ts';
import { keyStandingState } from './key-standing-state.ts';
import { describeQuotas } from './learned-quota.ts';

/** A key as people see it. */
export function describeKey(provider: CompiledProvider, key: CompiledKey, state: KeyState, pool: PoolState, nowMs: number): KeyStanding {
  const standing = keyStandingState(provider.enabled && key.enabled, state, nowMs);
  const own = ownRests(state, nowMs);
  const suspension = describeSuspension(state);
  const resting = standing === 'resting' ? (own[0] ?? null) : null;
  return {
    provider: provider.id,
    key: key.id,
    name: key.name,
    state: standing,
    why: resting === null ? whyOf(standing, provider, suspension) : { kind: resting.kind, reason: resting.reason },
    untilMs: resting?.untilMs ?? null,
    suspension,
    rests: [...own, ...providersRests(pool, nowMs)],
    rejections: state.rejections,
    inFlight: state.inFlight,
    lastUsedMs: state.lastUsedMs === 0 ? null : state.lastUsedMs,
    weight: key.weight,
    caps: key.limits === null ? [] : describeCaps(state, key.limits, nowMs),
    quotas: describeQuotas(state),
  };
}

/** The rest of a thing while it runs; null when none does. */
export function standingRest(thing: Restable | undefined, scope: StandingRest['scope'], model: string | null, nowMs: number): StandingRest | null {
  const rest = thing?.rest ?? null;
  if (rest === null || rest.untilMs <= nowMs) return null;
  const { kind, reason, sinceMs, untilMs, firm }: Rest = rest;
  return { scope, model, kind, reason, sinceMs, untilMs, isFirm: firm };
}

/** Of the whole key first, then those for models, the longest first. */
function ownRests(state: KeyState, nowMs: number): readonly StandingRest[] {
  const ofKey = standingRest(state, 'key', null, nowMs);
  const ofModels = [...(state.models ?? [])]
    .map(([model, thing]) => standingRest(thing, 'key-model', model, nowMs))
    .filter((rest) => rest !== null)
    .toSorted((a, b) => b.untilMs - a.untilMs);
  return ofKey === null ? ofModels : [ofKey, ...ofModels];
}

function providersRests(pool: PoolState, nowMs: number): readonly StandingRest[] {
  const all = [...pool.models].map(([model, breaker]) => standingRest(breaker, 'provider-model', model, nowMs));
  return [standingRest(pool, 'provider', null, nowMs), ...all].filter((rest) => rest !== null);
}

function describeSuspension({ suspended }: KeyState): KeySuspension | null {
  if (suspended === null) return null;
  const { sinceMs, reason, nextProbeAtMs, byPerson } = suspended;
  return { sinceMs, reason, isByPerson: byPerson === true, nextProbeAtMs: Number.isFinite(nextProbeAtMs) ? nextProbeAtMs : null };
}

function whyOf(standing: KeyStanding['state'], provider: CompiledProvider, suspension: KeySuspension | null): KeyStanding['why'] {
  if (standing === 'disabled') return { kind: null, reason: provider.enabled ? 'the key is disabled' : 'the provider is disabled' };
  if (suspension === null) return null;
  return { kind: suspension.isByPerson ? null : 'auth-rejected', reason: suspension.reason };
}
