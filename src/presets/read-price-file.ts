import type { CatalogueModel } from '../domain/preset.ts';
import type { Price } from '../domain/price.ts';

/** What tools/generators/prices.ts makes: figures of a model in the order of `figures`, dollars per million tokens and token counts. */
export interface PriceFile {
  readonly version: string;
  readonly figures: readonly string[];
  readonly vendors: Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;
}

/** Models by vendor and name. */
export function readPriceFile({ figures, vendors }: PriceFile): ReadonlyMap<string, ReadonlyMap<string, CatalogueModel>> {
  return new Map(Object.entries(vendors).map(([vendor, models]) => [vendor, readVendor(figures, models)]));
}

function readVendor(figures: readonly string[], models: PriceFile['vendors'][string]): ReadonlyMap<string, CatalogueModel> {
  return new Map(Object.entries(models).map(([name, row]) => [name, readModel(figures, row)]));
}

function readModel(figures: readonly string[], row: readonly (number | null)[]): CatalogueModel {
  const known = row.flatMap((figure, index) => (figure === null ? [] : [[figures[index] ?? '', figure] as const]));
  const { contextTokens, maxOutputTokens, ...price }: Price & Omit<CatalogueModel, 'price'> = Object.fromEntries(known);
  return Object.freeze({
    price: Object.freeze(price),
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  });
}
