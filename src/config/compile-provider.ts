import type { ProviderId, UpstreamModel } from '../domain/ids.ts';
import type { AuthScheme, FailureHints, FindTraits, Preset, PriceCatalogue } from '../domain/preset.ts';
import type { ProtocolName } from '../domain/protocol.ts';
import { isPrivateHost } from '../lib/network-address.ts';
import { authOf } from './auth-of.ts';
import { regionOfAddress } from './aws-credentials.ts';
import { parseBaseUrl, resolveBaseUrl } from './base-url.ts';
import { compileDialects, compileProtocolOfModel } from './compile-dialects.ts';
import { compileKeys } from './compile-keys.ts';
import { compileModels, type FindPrice } from './compile-models.ts';
import { compileTraits } from './compile-traits.ts';
import { kindOfProvider } from './kind-of-provider.ts';
import { type OutgoingProxy, proxyForOrigin } from './outgoing-proxy.ts';
import type { ProviderConfig } from './schema/gateway-config-schema.ts';
import type { BaseUrl, CompiledProvider, Timeouts } from './snapshot.ts';

const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 5000, firstByteMs: 600_000, streamFirstByteMs: 120_000, idleMs: 120_000, totalMs: 3_600_000 };
const DEFAULT_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const NO_HINTS: Required<FailureHints> = { outOfQuota: [], accountWide: [], modelForbidden: [], modelMissing: [], keyRejected: [] };

/** Names of clients' models that a price was looked up for; beyond that many each look-up is made anew. */
const MOST_KEPT_PRICES = 1000;

/** What the vendors' data say of models. */
export interface ModelKnowledge {
  readonly prices: PriceCatalogue;
  readonly traits: FindTraits;
}

/** One provider, its preset filled in. */
export function compileProvider(config: ProviderConfig, preset: Preset, known: ModelKnowledge, proxy: OutgoingProxy | null): CompiledProvider {
  const kind = kindOfProvider(config);
  const protocols = kind === 'rest' ? new Map<ProtocolName, BaseUrl>() : compileProtocols(config, preset);
  const rest = compileRest(config, kind);
  const origins = [...new Set([...protocols.values(), ...(rest === null ? [] : [rest.target])].map(({ origin }) => origin))];
  const isOwnNetwork = origins.length > 0 && origins.every((origin) => isPrivateHost(new URL(origin).hostname));
  const findPrice = preset.local === true ? () => undefined : finderOf(known.prices, preset.id);
  const { models, acceptsAnyModel } = compileModels(config.models, findPrice);
  return {
    id: config.id as ProviderId,
    name: config.name ?? config.id,
    preset: preset.id,
    family: preset.family ?? null,
    kind,
    enabled: config.enabled ?? true,
    region: config.region ?? null,
    weight: config.weight ?? 1,
    priority: config.priority ?? 0,
    protocols,
    dialects: compileDialects(config, preset, protocols.keys()),
    translateTo: preset.translateTo ?? null,
    protocolOfModel: compileProtocolOfModel(preset),
    ...compileAuth(config, preset, origins[0] ?? null),
    headers: { ...lowerCaseNames(preset.headers ?? {}), ...lowerCaseNames(config.headers ?? {}) },
    forwardHeaders: new Set([...(preset.forwardHeaders ?? []), ...(config.forwardHeaders ?? [])].map((name) => name.toLowerCase())),
    models,
    acceptsAnyModel: kind === 'llm' && acceptsAnyModel,
    knownModels: preset.models ?? [],
    keys: compileKeys(config.keys ?? [], preset.local === true || isOwnNetwork),
    poolStrategy: config.pool?.strategy ?? 'weighted',
    timeouts: compileTimeouts(config.timeouts),
    failures: { ...NO_HINTS, ...preset.failures },
    streamUsage: config.streamUsage ?? preset.streamUsage ?? true,
    allowPrivateNetwork: config.allowPrivateNetwork ?? (preset.local === true || isOwnNetwork),
    proxyUrl: config.proxyUrl ?? proxyForOrigin(origins[0] ?? 'http://localhost', proxy),
    verifyTls: config.verifyTls ?? true,
    rest,
    traitsOf: compileTraits(preset.id, models, known.traits),
    priceOf: keptPrices(findPrice),
  };
}

/** The operator's list replaces the preset's whole: a key must never reach the vendor's own address by a protocol that was left out. */
function compileProtocols(config: ProviderConfig, preset: Preset): ReadonlyMap<ProtocolName, BaseUrl> {
  const written = Object.entries(config.protocols ?? {}) as [ProtocolName, string][];
  if (written.length > 0) return new Map(written.map(([protocol, url]) => [protocol, resolveBaseUrl(url, protocol, preset)]));
  return new Map((Object.entries(preset.protocols) as [ProtocolName, string][]).map(([protocol, url]) => [protocol, parseBaseUrl(url)]));
}

function compileRest({ rest }: ProviderConfig, kind: 'llm' | 'rest'): CompiledProvider['rest'] {
  if (kind !== 'rest' || rest === undefined) return null;
  return { methods: rest.methods ?? DEFAULT_METHODS, target: parseBaseUrl(rest.targetUrl) };
}

function compileAuth(config: ProviderConfig, preset: Preset, origin: string | null): Pick<CompiledProvider, 'auth' | 'authByProtocol'> {
  const { auth, authByProtocol = {} } = authOf(config, preset);
  return { auth: withRegion(auth, origin), authByProtocol };
}

function withRegion(auth: AuthScheme, origin: string | null): AuthScheme {
  if (auth.in !== 'aws-sigv4' || auth.region !== null || origin === null) return auth;
  return { ...auth, region: regionOfAddress(origin) };
}

/** A wait that the operator wrote for answers holds for streams too, unless they have one of their own. */
function compileTimeouts(written: ProviderConfig['timeouts'] = {}): Timeouts {
  const streamFirstByteMs = written.streamFirstByteMs ?? written.firstByteMs ?? DEFAULT_TIMEOUTS.streamFirstByteMs;
  return { ...DEFAULT_TIMEOUTS, ...written, streamFirstByteMs };
}

function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function finderOf(prices: PriceCatalogue, presetId: string): FindPrice {
  return (upstreamModel) => {
    const known = prices.find(presetId, upstreamModel);
    return known === undefined ? undefined : { ...known, version: prices.version };
  };
}

function keptPrices(findPrice: FindPrice): CompiledProvider['priceOf'] {
  const kept = new Map<UpstreamModel, ReturnType<CompiledProvider['priceOf']>>();
  return (model) => {
    const before = kept.get(model);
    if (before !== undefined) return before;
    const known = findPrice(model);
    const priced =
      known === undefined
        ? null
        : {
            price: known.price,
            priceVersion: known.version,
            ...(known.maxOutputTokens === undefined ? {} : { maxOutputTokens: known.maxOutputTokens }),
          };
    if (kept.size < MOST_KEPT_PRICES) kept.set(model, priced);
    return priced;
  };
}
