import type { CompiledKey, CompiledProvider, GatewaySnapshot } from '../../config/snapshot.ts';
import type { PublicModel } from '../../domain/ids.ts';
import type { AttemptLabels, ExchangeLabels } from '../../ports/recorder.ts';
import type { Lease } from '../key-pool/lease.ts';
import type { Exchange } from './exchange.ts';

/** Labels kept for a caller at a provider, or for a key. */
const MOST_KEPT = 16;
const knownNames = new WeakMap<CompiledProvider, ReadonlySet<string>>();
const NOBODY = {};
/** By caller, then by provider: labels that were made before. */
const labelsOfExchanges = new WeakMap<object, WeakMap<object, ExchangeLabels[]>>();
const labelsOfAttempts = new WeakMap<CompiledKey, AttemptLabels[]>();

/**
 * Labels of an exchange in metrics. Names that the configuration does not hold become `other`, so that no client can make new series.
 * The same labels are the same object, so that metrics can keep by it what they count with them.
 */
export function exchangeLabels(exchange: Exchange): ExchangeLabels {
  const { snapshot, caller, target, match, request } = exchange;
  const served = exchange.attempts.length > 0 ? target : null;
  const { protocol, endpoint } = match;
  const publicModel = boundedPublicModel(snapshot, exchange.facts?.publicModel ?? null, served?.provider ?? null);
  const upstreamModel = served === null ? 'other' : boundedModel(served.provider, served.model?.upstreamModel ?? '');
  const method = boundedMethod(request.method ?? '');
  const made = madeBefore(caller ?? NOBODY, served?.provider ?? NOBODY);
  for (const labels of made) {
    const isSameModel = labels.publicModel === publicModel && labels.upstreamModel === upstreamModel;
    if (isSameModel && labels.protocol === protocol && labels.endpoint === endpoint && labels.method === method) return labels;
  }
  const name = caller === null ? 'anonymous' : caller.name === '' ? caller.id : caller.name;
  const labels = { protocol, publicModel, upstreamModel, provider: served?.provider.id ?? 'none', caller: name, endpoint, method };
  remember(made, labels);
  return labels;
}

export function attemptLabels(exchange: Exchange, lease: Lease): AttemptLabels {
  const { key, target } = lease;
  const { provider } = target;
  const model = boundedModel(provider, target.model?.upstreamModel ?? '');
  const path = exchange.match.endpoint;
  const method = boundedMethod(exchange.request.method ?? '');
  let made = labelsOfAttempts.get(key);
  if (made === undefined) {
    made = [];
    labelsOfAttempts.set(key, made);
  }
  for (const labels of made) if (labels.model === model && labels.path === path && labels.method === method) return labels;
  const labels = { provider: provider.id, keyId: key.id, keyName: key.name === '' ? key.id : key.name, model, path, method };
  remember(made, labels);
  return labels;
}

function madeBefore(caller: object, provider: object): ExchangeLabels[] {
  let byProvider = labelsOfExchanges.get(caller);
  if (byProvider === undefined) {
    byProvider = new WeakMap();
    labelsOfExchanges.set(caller, byProvider);
  }
  let made = byProvider.get(provider);
  if (made === undefined) {
    made = [];
    byProvider.set(provider, made);
  }
  return made;
}

/** The newest stand first; a caller who uses more kinds of calls than are kept gets labels made anew. */
function remember<Labels>(made: Labels[], labels: Labels): void {
  made.unshift(labels);
  if (made.length > MOST_KEPT) made.pop();
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
