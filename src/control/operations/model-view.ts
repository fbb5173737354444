import type { ModelConfig } from '../../config/schema/gateway-config-schema.ts';
import type { CompiledProvider } from '../../config/snapshot.ts';
import type { PublicModel } from '../../domain/ids.ts';
import type { Price } from '../../domain/price.ts';
import type { ViewedEntity } from '../config/config-view.ts';
import { fieldsOfEntry } from './model-entry.ts';

/** Who says a figure: the operator, or the bundled catalogue. Null: nobody does. */
export type FigureSource = 'config' | 'catalogue' | null;

/** A model as it is in force. */
export interface ModelView {
  /** `provider/name`. */
  readonly id: string;
  readonly provider: string;
  /** What clients write. */
  readonly name: string;
  /** What the provider gets. */
  readonly upstream: string;
  /** Whether its provider is. */
  readonly enabled: boolean;
  readonly contextTokens: number | null;
  readonly contextSource: FigureSource;
  readonly maxOutputTokens: number | null;
  readonly maxOutputSource: FigureSource;
  /** Dollars per million tokens; null: unpriced. */
  readonly price: Price | null;
  readonly priceSource: FigureSource;
  /** Of the catalogue, or `config`; null: unpriced. */
  readonly priceVersion: string | null;
  /** Null: not told, nothing is held back. */
  readonly capabilities: readonly string[] | null;
  readonly origin: ViewedEntity['origin'];
  /** Of its provider: the ETag of a change. */
  readonly revision: number;
}

/** @param compiled Its provider as it is in force. */
export function viewModel(provider: ViewedEntity, entry: ModelConfig, compiled: CompiledProvider | undefined): ModelView {
  const { name, upstream, contextTokens, maxOutputTokens, price, capabilities } = fieldsOfEntry(entry);
  const known = compiled?.models.get(name as PublicModel);
  const effective = {
    contextTokens: contextTokens ?? known?.contextTokens ?? null,
    maxOutputTokens: maxOutputTokens ?? known?.maxOutputTokens ?? null,
    price: price ?? known?.price ?? null,
  };
  return {
    id: `${provider.id}/${name}`,
    provider: provider.id,
    name,
    upstream: upstream ?? name,
    enabled: provider.body['enabled'] !== false,
    contextTokens: effective.contextTokens,
    contextSource: sourceOf(contextTokens, effective.contextTokens),
    maxOutputTokens: effective.maxOutputTokens,
    maxOutputSource: sourceOf(maxOutputTokens, effective.maxOutputTokens),
    price: effective.price,
    priceSource: sourceOf(price, effective.price),
    priceVersion: effective.price === null ? null : price === undefined ? (known?.priceVersion ?? null) : 'config',
    capabilities: capabilities ?? null,
    origin: provider.origin,
    revision: provider.revision,
  };
}

function sourceOf(written: unknown, effective: unknown): FigureSource {
  if (effective === null) return null;
  return written === undefined ? 'catalogue' : 'config';
}
