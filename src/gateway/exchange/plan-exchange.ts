import type { Target } from '../../config/snapshot.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { ProviderId, PublicModel } from '../../domain/ids.ts';
import type { StateHome } from '../../ports/state-homes.ts';
import { slowStartShare, findBreaker } from '../key-pool/breaker.ts';
import { modelName } from '../key-pool/lease.ts';
import { listRejections } from '../key-pool/target-standing.ts';
import { decide, type Decision } from '../routing/decide.ts';
import type { LiveView } from '../routing/live-view.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import { kindOfOperation } from './kind-of-operation.ts';
import type { RequestFacts } from './request-facts.ts';
import { callersItems } from './callers-items.ts';
import { ExchangeTranslation } from './translated/exchange-translation.ts';
import type { OperationCall } from './translated/translated-operation.ts';

/** Asks routing for the targets of a request; the rotation moves on. Throws what the client is to be told when there is none. */
export function planExchange(context: GatewayContext, exchange: Exchange, facts: RequestFacts): readonly Target[] {
  const { snapshot, match, caller } = exchange;
  const publicModel = facts.publicModel;
  if (publicModel !== null && caller !== null && caller.allowsModel !== null && !caller.allowsModel(publicModel)) {
    throw new GatewayError('model_not_allowed', `this API key may not use the model "${shown(publicModel)}"`, { param: 'model' });
  }
  exchange.home = findHome(context, exchange, facts);
  const providerAsked = exchange.home?.provider ?? match.provider ?? askedByHeader(exchange);
  if (publicModel === null && caller !== null && caller.allowsModel !== null && mayHideModel(exchange)) {
    throw new GatewayError('model_not_allowed', 'this API key is limited to some models, and this call names none that could be checked', {
      param: 'model',
    });
  }
  exchange.translation = translationOf(context, exchange, facts);
  const decision = decide(snapshot, liveView(context, exchange, facts), {
    publicModel,
    protocol: match.base,
    kind: kindOfOperation(match.operation, facts.stream),
    providerAsked,
    providersAllowed: caller?.providers ?? null,
    translation: exchange.translation,
  });
  exchange.trace = decision.trace;
  // What no upstream can count is estimated here.
  if (decision.nothing === 'not-spoken' && match.operation === 'count') return [];
  if (decision.nothing !== null) throw explainNothing(decision.nothing, exchange, publicModel, providerAsked);
  for (const { provider, credit } of decision.creditChanges) context.live.pool(provider).credits.set(rotationName(exchange, publicModel), credit);
  return decision.candidates;
}

/** Where the stored response lives that the call is about. Throws for what was stored by somebody else, or elsewhere than where the call asks. */
function findHome(context: GatewayContext, exchange: Exchange, facts: RequestFacts): StateHome | null {
  const { storedId } = facts;
  const home = storedId === null ? null : context.homes.find(storedId);
  if (storedId === null || home === null) return null;
  const { match, snapshot } = exchange;
  const asked = match.provider ?? askedByHeader(exchange);
  const keeper = snapshot.providersById.get(home.provider);
  const isElsewhere = asked !== null && asked !== home.provider && asked !== keeper?.preset;
  if (home.caller !== (exchange.caller?.id ?? null) || isElsewhere) {
    throw new GatewayError('state_not_found', `there is no stored "${shown(storedId)}" here`, storedField(exchange, facts));
  }
  if (keeper === undefined || !keeper.keys.some(({ id }) => id === home.key)) {
    throw new GatewayError(
      'state_not_found',
      `"${shown(storedId)}" was stored with a provider key that is no longer configured`,
      storedField(exchange, facts),
    );
  }
  return home;
}

/** Which field of the body names the stored thing; none when the path does. */
function storedField({ match }: Exchange, { bytes }: RequestFacts): { readonly param?: string } {
  if (match.storedId !== null || bytes === null) return {};
  return { param: bytes.includes('"previous_response_id"') ? 'previous_response_id' : 'conversation' };
}

function translationOf(context: GatewayContext, exchange: Exchange, facts: RequestFacts): ExchangeTranslation | null {
  const { base, operation } = exchange.match;
  if (base === null || operation === null) return null;
  const describe = (): OperationCall => ({
    requestId: exchange.id,
    publicModel: facts.publicModel ?? '',
    stream: facts.stream,
    framing: exchange.isArrayStream ? 'array' : 'sse',
    now: Math.floor(exchange.startedAtMs / 1000),
    items: callersItems(context, exchange),
  });
  return new ExchangeTranslation(exchange.snapshot.settings.translation, describe, facts, base, operation);
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
      if (exchange.home !== null && exchange.facts !== null && exchange.snapshot.offers.has(publicModel as PublicModel)) {
        return new GatewayError(
          'cannot_translate',
          `"${shown(exchange.facts.storedId ?? '')}" is stored with a provider that does not offer ${model}`,
          storedField(exchange, exchange.facts),
        );
      }
      if (publicModel === null) return new GatewayError('provider_not_found', `no provider here serves ${match.endpoint}`);
      return new GatewayError('model_not_found', `${model} is not offered here`, { param: 'model' });
    case 'not-spoken':
      if (publicModel === null) return new GatewayError('provider_not_found', `no provider here serves ${match.endpoint}`);
      return new GatewayError('protocol_not_supported', `${model} is offered only by providers that do not speak ${match.base ?? 'this protocol'}`, {
        param: 'model',
      });
    case 'not-carried': {
      const fields = (exchange.trace?.rejected ?? []).flatMap((rejection) => rejection.fields ?? []);
      return new GatewayError(
        'cannot_translate',
        `no provider of ${model} can be told what this request asks for: ${shown([...new Set(fields)].join(', '))}`,
        { param: shown(fields[0] ?? '') },
      );
    }
    case 'not-translatable':
      return exchange.translation?.refusal ?? new GatewayError('invalid_request', 'the request cannot be read');
    case 'disabled':
      return new GatewayError('no_available_key', `every provider of ${model} is disabled`);
  }
}

/** A client's own text in a message: short, and one line. */
function shown(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, '?').slice(0, 120);
}
