import type { CompiledModel, CompiledProvider, GatewaySnapshot, Target } from '../../config/snapshot.ts';
import type { DecisionTrace } from '../../domain/decision.ts';
import type { ProviderId, PublicModel, UpstreamModel } from '../../domain/ids.ts';

export interface Resolution {
  readonly resolvedBy: DecisionTrace['resolvedBy'];
  /** Everything that offers the model, whether or not this request may use it. */
  readonly offers: readonly Target[];
}

/**
 * Who offers a public model: `provider/model`, then who lists the name, then the family that its prefix names among providers that accept any
 * model, then any such provider that speaks for no family of its own.
 */
export function resolveModel(snapshot: GatewaySnapshot, publicModel: string, asked: readonly CompiledProvider[] | null): Resolution {
  if (asked !== null)
    return { resolvedBy: 'provider-asked', offers: asked.flatMap((provider) => offersOf(provider, withoutOwnPrefix(provider, publicModel))) };
  const listed = snapshot.offers.get(publicModel as PublicModel);
  const slash = publicModel.indexOf('/');
  if (slash > 0) {
    const provider = snapshot.providersById.get(publicModel.slice(0, slash) as ProviderId);
    if (provider !== undefined && provider.kind === 'llm') {
      const offers = offersOf(provider, publicModel.slice(slash + 1));
      // Aggregators list names like `vendor/model`: such a name is theirs when the provider called `vendor` does not have the model.
      if (offers.length > 0 || listed === undefined) return { resolvedBy: 'provider-prefix', offers };
    }
  }
  if (listed !== undefined) return { resolvedBy: 'listed', offers: listed };
  const family = familyOf(publicModel);
  const ofFamily = snapshot.openProviders.filter((provider) => provider.family === family);
  if (ofFamily.length > 0) return { resolvedBy: 'family', offers: ofFamily.flatMap((provider) => offersOf(provider, publicModel)) };
  const known = snapshot.openProviders.filter((provider) => provider.knownModels.includes(publicModel));
  const open = known.length > 0 ? known : snapshot.openProviders.filter((provider) => provider.family === null);
  if (open.length > 0) return { resolvedBy: 'open', offers: open.flatMap((provider) => offersOf(provider, publicModel)) };
  // Nobody who is in service has it: those who are switched off are named, so that the answer can say so.
  const off = snapshot.providers.filter((provider) => !provider.enabled && provider.kind === 'llm');
  const fitting = off.filter((provider) => provider.models.has(publicModel as PublicModel) || provider.family === family);
  return { resolvedBy: 'none', offers: fitting.flatMap((provider) => offersOf(provider, publicModel)) };
}

/** The family of vendors whose names look like this. */
export function familyOf(model: string): NonNullable<CompiledProvider['family']> {
  if (model.startsWith('gemini-') || model.startsWith('google/')) return 'gemini';
  if (model.startsWith('deepseek-') || model.startsWith('deepseek/')) return 'deepseek';
  if (model.startsWith('claude-')) return 'anthropic';
  return 'openai';
}

/** `provider/model` names the provider a second time where the client has narrowed the choice to it already. */
function withoutOwnPrefix(provider: CompiledProvider, name: string): string {
  const isOwnName = provider.models.has(name as PublicModel) || provider.knownModels.includes(name);
  return name.startsWith(`${provider.id}/`) && !isOwnName ? name.slice(provider.id.length + 1) : name;
}

function offersOf(provider: CompiledProvider, name: string): Target[] {
  const model = provider.models.get(name as PublicModel) ?? (provider.acceptsAnyModel ? anyModel(provider, name) : undefined);
  return model === undefined ? [] : [{ provider, model }];
}

/** A model that the provider does not list: its name goes on as it is, its price comes from the catalogue. */
function anyModel(provider: CompiledProvider, name: string): CompiledModel {
  const priced = provider.priceOf(name as UpstreamModel);
  return {
    publicModel: name as PublicModel,
    upstreamModel: name as UpstreamModel,
    ...(priced === null ? {} : { price: priced.price, priceVersion: priced.priceVersion }),
    ...(priced?.maxOutputTokens === undefined ? {} : { maxOutputTokens: priced.maxOutputTokens }),
  };
}
