import type { CatalogueModel, PriceCatalogue } from '../domain/preset.ts';
import type { Price } from '../domain/price.ts';
import bundled from './prices.generated.json' with { type: 'json' };

/** What tools/generators/prices.ts makes: figures of a model in the order of `figures`, dollars per million tokens and token counts. */
export interface PriceFile {
  readonly version: string;
  readonly figures: readonly string[];
  readonly vendors: Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;
}

/** Vendors whose own models are looked up when the provider's list does not have the name; the first that has it wins. */
const HOME_VENDORS = [
  'openai',
  'anthropic',
  'gemini',
  'deepseek',
  'mistral',
  'xai',
  'cohere',
  'perplexity',
  'moonshot',
  'zhipu',
  'zai',
  'dashscope',
  'minimax',
  'volcengine-ark',
  'hunyuan',
  'stepfun',
];

/** `-2024-08-06`, `-20250929`, `-0613`, `@20250929` and `-latest`, each at the end. */
const VERSION_SUFFIX = /[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|latest)$/u;

/** The bundled price list, indexed when the first price is asked for. */
export function loadBundledPrices(file: PriceFile = bundled): PriceCatalogue {
  let loaded: IndexedPrices | undefined;
  const prices = (): IndexedPrices => (loaded ??= new IndexedPrices(file));
  return {
    version: file.version,
    find: (presetId, upstreamModel) => prices().find(presetId, upstreamModel),
  };
}

class IndexedPrices {
  readonly #vendors: ReadonlyMap<string, ReadonlyMap<string, CatalogueModel>>;

  constructor({ figures, vendors }: PriceFile) {
    this.#vendors = new Map(Object.entries(vendors).map(([vendor, models]) => [vendor, readVendor(figures, models)]));
  }

  find(presetId: string, upstreamModel: string): CatalogueModel | undefined {
    const names = spellingsOf(upstreamModel);
    for (const vendor of [presetId, ...HOME_VENDORS]) {
      const models = this.#vendors.get(vendor);
      if (models === undefined) continue;
      for (const name of names) {
        const model = models.get(name);
        if (model !== undefined) return model;
      }
    }
    return undefined;
  }
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

/** Amazon's name of a Claude model: `us.anthropic.claude-…-v1:0`. */
const AMAZON_NAME = /^(?:.*\.)?anthropic\.(?<name>claude-.+?)(?:-v\d+(?::\d+)?)?$/u;

/** The name as it came, without its version, and both without the `vendor/` in front. */
function spellingsOf(model: string): readonly string[] {
  const written = model.slice(model.lastIndexOf('/') + 1);
  const bare = AMAZON_NAME.exec(written)?.groups?.['name'] ?? written;
  return [...new Set([model, withoutVersion(model), bare, withoutVersion(bare), `${withoutVersion(bare)}-latest`])].filter((name) => name !== '');
}

function withoutVersion(model: string): string {
  return model.replace(VERSION_SUFFIX, '');
}
