import type { CompiledProvider, GatewaySnapshot, Target } from '../../config/snapshot.ts';
import type { DecisionTrace, Rejection, RejectionReason } from '../../domain/decision.ts';
import type { CallKind } from '../../domain/dialect.ts';
import type { ProviderId } from '../../domain/ids.ts';
import type { ProtocolName } from '../../domain/protocol.ts';
import { speaks } from './choose-spoken.ts';
import { forbiddenLosses } from './find-losses.ts';
import type { LiveView } from './live-view.ts';
import { resolveModel, type Resolution } from './resolve-model.ts';
import { rotateTargets } from './rotate-targets.ts';
import type { RoutingTranslation } from './routing-translation.ts';

export interface RoutingRequest {
  /** Null for calls that name no model. */
  readonly publicModel: string | null;
  /** The protocol whose base URL serves the call; null under /proxy. */
  readonly protocol: ProtocolName | null;
  /** What the call asks for: some hosts do not take every kind. */
  readonly kind: CallKind;
  /** The provider, by id or preset, that the client or the path names. */
  readonly providerAsked: string | null;
  /** Providers that the caller may use; null: all. */
  readonly providersAllowed: ReadonlySet<ProviderId> | null;
  /** Null: only targets that speak the protocol can serve. */
  readonly translation: RoutingTranslation | null;
}

export interface Decision {
  /** In the order in which they should be tried. */
  readonly candidates: readonly Target[];
  readonly trace: DecisionTrace;
  /** Credits that the rotation takes when the first candidate is used. */
  readonly creditChanges: readonly { readonly provider: ProviderId; readonly credit: number }[];
  /** Why there is no candidate; null when there is one. */
  readonly nothing: 'unknown-model' | 'unknown-provider' | 'not-allowed' | 'not-spoken' | 'not-carried' | 'not-translatable' | 'disabled' | null;
}

/** Why a target cannot serve. */
interface Obstacle {
  readonly reason: RejectionReason;
  readonly nothing: NonNullable<Decision['nothing']>;
  readonly fields?: readonly string[];
}

/** Rejections that a trace keeps; the rest is counted. */
const MOST_REJECTIONS = 16;
const MOST_FIELDS = 8;

/**
 * Which targets could serve a request, in which order, and why the others not. Pure: live traffic, dry runs and replays ask the same
 * function. A target that rests now stays a candidate (it may be the one to probe or to wait for) and its rest is told in the trace.
 */
export function decide(snapshot: GatewaySnapshot, live: LiveView, request: RoutingRequest): Decision {
  const asked = request.providerAsked === null ? null : askedProviders(snapshot, request.providerAsked);
  if (asked !== null && asked.length === 0) return noDecision('unknown-provider', 'none', [], 0);
  const resolution = request.publicModel === null ? withoutModel(snapshot, request, asked) : resolveModel(snapshot, request.publicModel, asked);
  const rejected: Rejection[] = [];
  const usable: Target[] = [];
  let nothing: Decision['nothing'] = 'unknown-model';
  let count = 0;
  for (const target of resolution.offers) {
    const found = fitTarget(target, request);
    if ('provider' in found) {
      usable.push(found);
      continue;
    }
    nothing = worse(nothing, found.nothing);
    count += 1;
    if (rejected.length < MOST_REJECTIONS) rejected.push(rejectionOf(target, found));
  }
  if (usable.length === 0) return noDecision(nothing, resolution.resolvedBy, rejected, count);
  const rotation = rotateTargets(usable, request.publicModel ?? '', live, request.translation?.policy !== 'lossy');
  for (const target of rotation.ordered) count += live.listRejections(target, rejected, MOST_REJECTIONS);
  return {
    candidates: rotation.ordered,
    creditChanges: rotation.creditChanges,
    nothing: null,
    trace: {
      candidates: rotation.ordered.map(nameOf),
      rejected,
      moreRejected: count - rejected.length,
      resolvedBy: resolution.resolvedBy,
    },
  };
}

function nameOf({ provider, model, via }: Target): string {
  // Joined flat: JSON.stringify leaves its fast path for a text that was put together of pieces.
  const name = model === null ? provider.id : [provider.id, model.upstreamModel].join('/');
  return via === undefined ? name : [name, via].join(' as ');
}

function rejectionOf(target: Target, { reason, fields }: Obstacle): Rejection {
  return {
    provider: target.provider.id,
    model: target.model?.upstreamModel ?? null,
    reason,
    ...(fields === undefined ? {} : { fields: fields.slice(0, MOST_FIELDS) }),
  };
}

/** The target as it would serve the call, or why it cannot. */
function fitTarget(target: Target, request: RoutingRequest): Target | Obstacle {
  const obstacle = findObstacle(target, request);
  const { translation } = request;
  if (translation === null) return obstacle ?? target;
  if (obstacle === null) {
    const fields = lackingFields(target, translation);
    return fields.length === 0 ? target : { reason: 'features-not-carried', nothing: 'not-carried', fields };
  }
  if (obstacle.reason !== 'protocol-not-spoken') return obstacle;
  if (!target.provider.enabled) return { reason: 'provider-disabled', nothing: 'disabled' };
  const via = translation.via(target);
  if (via === null) return obstacle;
  const losses = translation.losses(target, via);
  if (losses === null) return { reason: 'not-translatable', nothing: 'not-translatable' };
  const fields = [...forbiddenLosses(losses, translation.policy), ...lackingFields(target, translation)];
  return fields.length === 0 ? { ...target, via } : { reason: 'features-not-carried', nothing: 'not-carried', fields };
}

/** What the operator says that the target's model cannot do, and the request asks for. */
function lackingFields(target: Target, translation: RoutingTranslation): readonly string[] {
  return target.model?.capabilities === undefined || translation.policy === 'lossy' ? [] : translation.lacking(target);
}

function noDecision(
  nothing: NonNullable<Decision['nothing']>,
  resolvedBy: DecisionTrace['resolvedBy'],
  rejected: readonly Rejection[],
  count: number,
): Decision {
  return { candidates: [], creditChanges: [], nothing, trace: { candidates: [], rejected, moreRejected: count - rejected.length, resolvedBy } };
}

/** Providers by id, else all of the preset; never both. */
function askedProviders(snapshot: GatewaySnapshot, asked: string): readonly CompiledProvider[] {
  const byId = snapshot.providersById.get(asked as ProviderId);
  if (byId !== undefined) return [byId];
  return snapshot.providers.filter((provider) => provider.preset === asked);
}

function withoutModel(snapshot: GatewaySnapshot, request: RoutingRequest, asked: readonly CompiledProvider[] | null): Resolution {
  if (asked !== null) return { resolvedBy: 'provider-asked', offers: asked.map((provider) => ({ provider, model: null })) };
  const { protocol } = request;
  const first = snapshot.providers.find(
    (provider) => findObstacle({ provider, model: null }, request) === null && protocol !== null && provider.protocols.has(protocol),
  );
  return first === undefined ? { resolvedBy: 'none', offers: [] } : { resolvedBy: 'open', offers: [{ provider: first, model: null }] };
}

function findObstacle(target: Target, request: RoutingRequest): Obstacle | null {
  const { provider } = target;
  if (request.providersAllowed !== null && !request.providersAllowed.has(provider.id))
    return { reason: 'provider-not-allowed', nothing: 'not-allowed' };
  if (request.protocol !== null && !speaks(target, request.protocol, request.kind)) return { reason: 'protocol-not-spoken', nothing: 'not-spoken' };
  if (request.protocol === null && provider.rest === null) return { reason: 'protocol-not-spoken', nothing: 'unknown-provider' };
  if (!provider.enabled) return { reason: 'provider-disabled', nothing: 'disabled' };
  return null;
}

const RANK: Readonly<Record<NonNullable<Decision['nothing']>, number>> = {
  'unknown-model': 0,
  'unknown-provider': 1,
  'not-allowed': 2,
  'not-spoken': 3,
  disabled: 4,
  'not-carried': 5,
  'not-translatable': 6,
};

/** The reason that says most about why nothing is left. */
function worse(a: Decision['nothing'], b: NonNullable<Decision['nothing']>): NonNullable<Decision['nothing']> {
  return a !== null && RANK[a] > RANK[b] ? a : b;
}
