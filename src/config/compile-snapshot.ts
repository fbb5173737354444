import type { PublicModel, VirtualKeyHash } from '../domain/ids.ts';
import { UNKNOWN_MODEL_TRAITS } from '../domain/model-traits.ts';
import type { FindTraits, PresetCatalogue, PriceCatalogue } from '../domain/preset.ts';
import { presetIdOf } from './check-provider.ts';
import { compileCallers } from './compile-callers.ts';
import { compileProvider } from './compile-provider.ts';
import { compileSettings } from './compile-settings.ts';
import { freezeDeeply } from './freeze-deeply.ts';
import type { OutgoingProxy } from './outgoing-proxy.ts';
import type { GatewayConfig, ProviderConfig } from './schema/gateway-config-schema.ts';
import type { CompiledProvider, GatewaySnapshot, Offer } from './snapshot.ts';

export interface CompileContext {
  readonly presets: PresetCatalogue;
  readonly prices: PriceCatalogue;
  /** Absent: nothing is known of any model. */
  readonly traits?: FindTraits;
  readonly revision: number;
  /** A file path, `environment`, or `nothing`. */
  readonly source: string;
  /** SHA-256 of a virtual key's secret. */
  readonly hashSecret: (secret: string) => VirtualKeyHash;
  /** HTTPS_PROXY and NO_PROXY, for providers without a `proxyUrl`. */
  readonly outgoingProxy?: OutgoingProxy | null;
  /** Freeze the whole of it: for tests and development. */
  readonly freeze?: boolean;
}

/** Compiles a checked configuration into what requests read. The same configuration gives an equal snapshot. */
export function compileSnapshot(config: GatewayConfig, context: CompileContext): GatewaySnapshot {
  const providers = (config.providers ?? []).map((provider) => compileOne(provider, context)).sort((left, right) => left.priority - right.priority);
  const serving = providers.filter(({ enabled, kind }) => enabled && kind === 'llm');
  const snapshot: GatewaySnapshot = {
    revision: context.revision,
    source: context.source,
    providers,
    providersById: new Map(providers.map((provider) => [provider.id, provider])),
    offers: collectOffers(serving),
    openProviders: serving.filter(({ acceptsAnyModel }) => acceptsAnyModel),
    callers: compileCallers(config.virtualKeys ?? [], context.hashSecret),
    callerCount: config.virtualKeys?.length ?? 0,
    settings: compileSettings(config.settings),
  };
  return context.freeze === true ? freezeDeeply(snapshot) : snapshot;
}

function compileOne(
  provider: ProviderConfig,
  { presets, prices, traits = () => UNKNOWN_MODEL_TRAITS, outgoingProxy }: CompileContext,
): CompiledProvider {
  const preset = presets.get(presetIdOf(provider));
  if (preset === undefined) throw new Error(`The provider ${provider.id} names a preset that does not exist.`);
  return compileProvider(provider, preset, { prices, traits }, outgoingProxy ?? null);
}

function collectOffers(providers: readonly CompiledProvider[]): ReadonlyMap<PublicModel, readonly Offer[]> {
  const offers = new Map<PublicModel, Offer[]>();
  for (const provider of providers) {
    for (const model of provider.models.values()) {
      const offer: Offer = { provider, model };
      const listed = offers.get(model.publicModel);
      if (listed === undefined) offers.set(model.publicModel, [offer]);
      else listed.push(offer);
    }
  }
  return offers;
}
