import type { PublicModel, UpstreamModel } from '../domain/ids.ts';
import type { CatalogueModel } from '../domain/preset.ts';
import type { ModelConfig } from './schema/gateway-config-schema.ts';
import type { CompiledModel } from './snapshot.ts';

/** Looks up a model in the bundled price list; the version is that of the list. */
export type FindPrice = (upstreamModel: string) => (CatalogueModel & { readonly version: string }) | undefined;

export interface CompiledModels {
  readonly models: ReadonlyMap<PublicModel, CompiledModel>;
  readonly acceptsAnyModel: boolean;
}

/** The models of a provider by public name. No list, or `*` in it, means that any other name is sent on as well. */
export function compileModels(configs: readonly ModelConfig[] | undefined, findPrice: FindPrice): CompiledModels {
  const named = (configs ?? [])
    .filter((config) => config !== '*')
    .map((config) => compileModel(typeof config === 'string' ? { name: config } : config, findPrice));
  return { models: new Map(named.map((model) => [model.publicModel, model])), acceptsAnyModel: configs === undefined || configs.includes('*') };
}

function compileModel(config: Exclude<ModelConfig, string>, findPrice: FindPrice): CompiledModel {
  const upstreamModel = config.upstream ?? config.name;
  const known = findPrice(upstreamModel);
  const contextTokens = config.contextTokens ?? known?.contextTokens;
  const maxOutputTokens = config.maxOutputTokens ?? known?.maxOutputTokens;
  return {
    publicModel: config.name as PublicModel,
    upstreamModel: upstreamModel as UpstreamModel,
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(config.capabilities === undefined ? {} : { capabilities: new Set(config.capabilities) }),
    ...priceOf(config, known),
  };
}

function priceOf(config: Exclude<ModelConfig, string>, known: ReturnType<FindPrice>): Pick<CompiledModel, 'price' | 'priceVersion'> {
  if (config.price !== undefined) return { price: config.price, priceVersion: 'config' };
  return known === undefined ? {} : { price: known.price, priceVersion: known.version };
}
