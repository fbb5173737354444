import type { CompiledProvider, GatewaySnapshot } from '../../config/snapshot.ts';
import type { PublicModel } from '../../domain/ids.ts';
import type { AttemptLabels, ExchangeLabels } from '../../ports/recorder.ts';
import type { Lease } from '../key-pool/lease.ts';
import type { Exchange } from './exchange.ts';

const knownNames = new WeakMap<CompiledProvider, ReadonlySet<string>>();

/** Labels of an exchange in metrics. Names that the configuration does not hold become `other`, so that no client can make new series. */
export function exchangeLabels(exchange: Exchange): ExchangeLabels {
  const { snapshot, caller, target, match, request } = exchange;
  const served = exchange.attempts.length > 0 ? target : null;
  return {
    publicModel: boundedPublicModel(snapshot, exchange.facts?.publicModel ?? null, served?.provider ?? null),
    upstreamModel: served === null ? 'other' : boundedModel(served.provider, served.model?.upstreamModel ?? ''),
    provider: served?.provider.id ?? 'none',
    caller: caller === null ? 'anonymous' : caller.name === '' ? caller.id : caller.name,
    endpoint: match.endpoint,
    method: boundedMethod(request.method ?? ''),
  };
}

export function attemptLabels(exchange: Exchange, lease: Lease): AttemptLabels {
  const { provider, model } = lease.target;
  return {
    provider: provider.id,
    keyId: lease.key.id,
    keyName: lease.key.name === '' ? lease.key.id : lease.key.name,
    model: boundedModel(provider, model?.upstreamModel ?? ''),
    path: exchange.match.endpoint,
    method: boundedMethod(exchange.request.method ?? ''),
  };
}

function boundedPublicModel(snapshot: GatewaySnapshot, name: string | null, provider: CompiledProvider | null): string {
  if (name === null) return 'other';
  if (snapshot.offers.has(name as PublicModel)) return name;
  return provider !== null && namesOf(provider).has(name) ? name : 'other';
}

function boundedModel(provider: CompiledProvider, name: string): string {
  return namesOf(provider).has(name) ? name : 'other';
}

function namesOf(provider: CompiledProvider): ReadonlySet<string> {
  let names = knownNames.get(provider);
  if (names === undefined) {
    names = new Set([...provider.knownModels, ...[...provider.models.values()].flatMap((model) => [model.publicModel, model.upstreamModel])]);
    knownNames.set(provider, names);
  }
  return names;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function boundedMethod(method: string): string {
  return METHODS.has(method) ? method : 'other';
}
