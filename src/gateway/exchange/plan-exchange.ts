import type { Target } from '../../config/snapshot.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { ProviderId, PublicModel } from '../../domain/ids.ts';
import { slowStartShare, findBreaker } from '../key-pool/breaker.ts';
import { modelName } from '../key-pool/lease.ts';
import { listRejections } from '../key-pool/target-standing.ts';
import { decide, type Decision } from '../routing/decide.ts';
import type { LiveView } from '../routing/live-view.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { RequestFacts } from './request-facts.ts';

/** Asks routing for the targets of a request; the rotation moves on. Throws what the client is to be told when there is none. */
export function planExchange(context: GatewayContext, exchange: Exchange, facts: RequestFacts): readonly Target[] {
  const { snapshot, match, caller } = exchange;
  const publicModel = facts.publicModel;
  if (publicModel !== null && caller !== null && caller.allowsModel !== null && !caller.allowsModel(publicModel)) {
    throw new GatewayError('model_not_allowed', `this API key may not use the model "${shown(publicModel)}"`, { param: 'model' });
  }
  const providerAsked = match.provider ?? askedByHeader(exchange);
  if (publicModel === null && caller !== null && caller.allowsModel !== null && mayHideModel(exchange)) {
    throw new GatewayError('model_not_allowed', 'this API key is limited to some models, and this call names none that could be checked', {
      param: 'model',
    });
  }
  const decision = decide(snapshot, liveView(context, exchange, facts), {
    publicModel,
    protocol: match.base,
    providerAsked,
    providersAllowed: caller?.providers ?? null,
  });
  exchange.trace = decision.trace;
  if (decision.nothing !== null) throw explainNothing(decision.nothing, exchange, publicModel, providerAsked);
  for (const { provider, credit } of decision.creditChanges) context.live.pool(provider).credits.set(rotationName(exchange, publicModel), credit);
  return decision.candidates;
}

/** A call whose body may ask for a model that was not seen: forms whose field came late, batches, bodies of unknown kinds. */
function mayHideModel(exchange: Exchange): boolean {
  const { request, match } = exchange;
  return match.protocol === 'pass-through' && request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'DELETE';
}

/** Listed models rotate each on its own; names that clients make up share one rotation, so that they cannot fill the memory. */
function rotationName(exchange: Exchange, publicModel: string | null): string {
  return publicModel !== null && exchange.snapshot.offers.has(publicModel as PublicModel) ? publicModel : '';
}

function askedByHeader(exchange: Exchange): string | null {
  const value = exchange.request.headers['x-llm-provider'];
  const text = (Array.isArray(value) ? value[0] : value)?.trim().toLowerCase();
  return text === undefined || text === '' ? null : text;
}

function liveView(context: GatewayContext, exchange: Exchange, facts: RequestFacts): LiveView {
  const nowMs = exchange.startedAtMs;
  const publicModel = facts.publicModel ?? '';
  return {
    listRejections: (target, into, most) =>
      listRejections(context.binder.bind(target.provider), target, publicModel, facts.estimatedInput, nowMs, into, most),
    credit: (provider: ProviderId) => context.live.pool(provider).credits.get(rotationName(exchange, facts.publicModel)) ?? 0,
    recoveredShare: (target) =>
      slowStartShare(findBreaker(context.binder.bind(target.provider).pool, modelName(target)), exchange.snapshot.settings.breaker, nowMs),
  };
}

function explainNothing(
  nothing: NonNullable<Decision['nothing']>,
  exchange: Exchange,
  publicModel: string | null,
  providerAsked: string | null,
): GatewayError {
  const { match } = exchange;
  const model = publicModel === null ? 'this call' : `the model "${shown(publicModel)}"`;
  switch (nothing) {
    case 'unknown-provider':
      return new GatewayError('provider_not_found', `there is no provider "${shown(providerAsked ?? '')}" here`);
    case 'not-allowed':
    case 'unknown-model':
      if (publicModel === null) return new GatewayError('provider_not_found', `no provider here serves ${match.endpoint}`);
      return new GatewayError('model_not_found', `${model} is not offered here`, { param: 'model' });
    case 'not-spoken':
      if (publicModel === null) return new GatewayError('provider_not_found', `no provider here serves ${match.endpoint}`);
      return new GatewayError('protocol_not_supported', `${model} is offered only by providers that do not speak ${match.base ?? 'this protocol'}`, {
        param: 'model',
      });
    case 'disabled':
      return new GatewayError('no_available_key', `every provider of ${model} is disabled`);
  }
}

/** A client's own text in a message: short, and one line. */
function shown(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, '?').slice(0, 120);
}
