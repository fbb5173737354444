import { UNKNOWN_MODEL_TRAITS } from '../../src/domain/model-traits.ts';
import { DEFAULT_SETTINGS } from '../../src/config/compile-settings.ts';
import type { CompiledKey, CompiledModel, CompiledProvider, GatewaySnapshot, Settings } from '../../src/config/snapshot.ts';
import type { ProviderId, ProviderKeyId, PublicModel, UpstreamModel } from '../../src/domain/ids.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../src/domain/protocol.ts';
import { DEFAULT_FAILURE_HINTS } from '../../src/presets/default-failure-hints.ts';

/** Snapshots written out by hand, so that the data plane is tested without a configuration. */

const ADDRESS = { origin: 'https://upstream.test', path: '/v1', href: 'https://upstream.test/v1' };

export function aKey(id: string, changes: Partial<CompiledKey> = {}): CompiledKey {
  return { id: id as ProviderKeyId, index: 0, name: id, secret: `secret-of-${id}`, enabled: true, weight: 1, allows: null, limits: null, ...changes };
}

export function aModel(publicModel: string, upstreamModel = publicModel): CompiledModel {
  return { publicModel: publicModel as PublicModel, upstreamModel: upstreamModel as UpstreamModel };
}

interface ProviderChanges extends Omit<Partial<CompiledProvider>, 'id' | 'models' | 'keys' | 'protocols'> {
  readonly models?: readonly (string | CompiledModel)[];
  readonly keys?: readonly CompiledKey[];
  readonly speaks?: readonly ProtocolName[];
}

export function aProvider(
  id: string,
  { models = [], keys = [aKey('k1')], speaks = PROTOCOL_NAMES, ...changes }: ProviderChanges = {},
): CompiledProvider {
  const compiled = models.map((model) => (typeof model === 'string' ? aModel(model) : model));
  return {
    id: id as ProviderId,
    name: id,
    preset: 'custom',
    family: null,
    kind: 'llm',
    enabled: true,
    region: null,
    weight: 1,
    priority: 0,
    protocols: new Map(speaks.map((protocol) => [protocol, ADDRESS])),
    dialects: new Map(),
    translateTo: null,
    protocolOfModel: () => null,
    auth: { in: 'header', name: 'authorization', scheme: 'Bearer' },
    authByProtocol: {},
    headers: {},
    forwardHeaders: new Set(),
    models: new Map(compiled.map((model) => [model.publicModel, model])),
    acceptsAnyModel: false,
    knownModels: [],
    keys: keys.map((key, index) => ({ ...key, index })),
    poolStrategy: 'weighted',
    timeouts: { connectMs: 5000, firstByteMs: 600_000, streamFirstByteMs: 120_000, idleMs: 120_000, totalMs: 3_600_000 },
    failures: DEFAULT_FAILURE_HINTS,
    streamUsage: true,
    allowPrivateNetwork: false,
    proxyUrl: null,
    verifyTls: true,
    rest: null,
    traitsOf: () => UNKNOWN_MODEL_TRAITS,
    priceOf: () => null,
    ...changes,
  };
}

export function someSettings(changes: Partial<Settings> = {}): Settings {
  return { ...DEFAULT_SETTINGS, ...changes };
}

/** The snapshot that these providers make, ordered and indexed as a compiled one is. */
export function aSnapshot(providers: readonly CompiledProvider[], changes: Partial<GatewaySnapshot> = {}): GatewaySnapshot {
  const ordered = providers.toSorted((a, b) => a.priority - b.priority);
  const usable = ordered.filter((provider) => provider.enabled && provider.kind === 'llm');
  const offers = new Map<PublicModel, { provider: CompiledProvider; model: CompiledModel }[]>();
  for (const provider of usable) {
    for (const [name, model] of provider.models) offers.set(name, [...(offers.get(name) ?? []), { provider, model }]);
  }
  return {
    revision: 1,
    source: 'test',
    providers: ordered,
    providersById: new Map(ordered.map((provider) => [provider.id, provider])),
    offers,
    openProviders: usable.filter((provider) => provider.acceptsAnyModel),
    callers: new Map(),
    callerCount: 0,
    settings: someSettings(),
    ...changes,
  };
}
