import type { CatalogueModel, PriceCatalogue } from '../domain/preset.ts';
import { HOME_VENDORS } from './home-vendors.ts';
import bundled from './prices.generated.json' with { type: 'json' };
import { readPriceFile, type PriceFile } from './read-price-file.ts';

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

  constructor(file: PriceFile) {
    this.#vendors = readPriceFile(file);
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
