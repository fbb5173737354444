import type { FoundPrice, ListedPrice, PriceSearch, PriceStats } from '../../presets/search-prices.ts';
import { OperationError } from '../operation-error.ts';

export interface CatalogueStats extends PriceStats {
  /** Day of the list, as `2026-09-22`; null: its version does not say. */
  readonly date: string | null;
}

/** Asking for newer prices changes nothing: they come with a release. */
export interface CatalogueUpdate extends Pick<CatalogueStats, 'version' | 'date' | 'count'> {
  readonly success: true;
  readonly updated: false;
  readonly message: string;
}

/** The price list of this release. */
export class Catalogue {
  readonly #prices: PriceSearch;

  constructor(prices: PriceSearch) {
    this.#prices = prices;
  }

  stats(): CatalogueStats {
    const stats = this.#prices.stats();
    return { ...stats, date: dayOf(stats.version) };
  }

  search(query: string, limit: number | undefined): { readonly query: string; readonly results: readonly FoundPrice[]; readonly total: number } {
    return this.#prices.search(query, limit);
  }

  /** @throws {OperationError} `not_found`. */
  get(modelName: string): ListedPrice {
    const found = this.#prices.find(modelName);
    if (found === null) throw new OperationError('not_found', `The price list knows no model ${modelName}.`);
    return found;
  }

  update(): CatalogueUpdate {
    const { version, date, count } = this.stats();
    const ofDay = date === null ? '' : ` of ${date}`;
    const message = `Nothing was fetched: the prices come with the release of the gateway. In force is version ${version}${ofDay} with ${count} models.`;
    return { success: true, updated: false, message, version, date, count };
  }
}

/** Versions begin with their day: `2026.9.22-9cb5d034`. */
function dayOf(version: string): string | null {
  const { year, month, day } = /^(?<year>\d{4})\.(?<month>\d{1,2})\.(?<day>\d{1,2})(?!\d)/u.exec(version)?.groups ?? {};
  if (year === undefined || month === undefined || day === undefined) return null;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}
