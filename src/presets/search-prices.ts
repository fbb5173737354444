import type { CatalogueModel } from '../domain/preset.ts';
import { HOME_VENDORS } from './home-vendors.ts';
import bundled from './prices.generated.json' with { type: 'json' };
import { readPriceFile, type PriceFile } from './read-price-file.ts';

const MOST_RESULTS = 100;
const SCORES = { exact: 1000, prefix: 500, contains: 100 } as const;

/** A model of the bundled price list. Costs in dollars per token, as lists of LiteLLM write them; null: not known. */
export interface ListedPrice {
  readonly modelName: string;
  /** Id of the preset whose price it is. */
  readonly provider: string;
  /** The longest answer, as LiteLLM's field of that name says it. */
  readonly maxTokens: number | null;
  readonly maxInputTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly inputCost: number | null;
  readonly outputCost: number | null;
  readonly cacheReadCost: number | null;
  readonly cacheWriteCost: number | null;
}

/** `score`: 1000 for the name itself, 500 where it begins so, 100 where it holds the words. */
export interface FoundPrice extends ListedPrice {
  readonly score: number;
}

export interface PriceSearch {
  /** By the model's name, without regard to case; best first. `limit` is held between 1 and 100; `total` counts what was left off too. */
  search(query: string, limit?: number): { readonly query: string; readonly results: readonly FoundPrice[]; readonly total: number };
  /** The model of exactly this name, of the vendor that made it where several sell it; null when there is none. */
  find(modelName: string): ListedPrice | null;
  stats(): PriceStats;
}

export interface PriceStats {
  readonly version: string;
  readonly count: number;
  readonly byProvider: Readonly<Record<string, number>>;
}

/** Search in the bundled price list, indexed when it is first asked. */
export function loadPriceSearch(file: PriceFile = bundled): PriceSearch {
  let loaded: readonly ListedPrice[] | undefined;
  const all = (): readonly ListedPrice[] => (loaded ??= listAll(file));
  return {
    search: (query, limit = MOST_RESULTS) => {
      const found = rank(all(), query.trim().toLowerCase());
      return { query, results: found.slice(0, Math.min(Math.max(Math.trunc(limit) || 1, 1), MOST_RESULTS)), total: found.length };
    },
    find: (modelName) => all().find((model) => model.modelName === modelName) ?? null,
    stats: () => ({
      version: file.version,
      count: all().length,
      byProvider: Object.fromEntries(Object.entries(file.vendors).map(([vendor, models]) => [vendor, Object.keys(models).length])),
    }),
  };
}

/** Makers before those who sell what others made. */
function listAll(file: PriceFile): readonly ListedPrice[] {
  const place = (provider: string): number => (HOME_VENDORS.includes(provider) ? HOME_VENDORS.indexOf(provider) : HOME_VENDORS.length);
  return [...readPriceFile(file)]
    .toSorted(([a], [b]) => place(a) - place(b))
    .flatMap(([provider, models]) => [...models].map(([modelName, model]) => listOne(modelName, provider, model)));
}

function listOne(modelName: string, provider: string, { price, contextTokens, maxOutputTokens }: CatalogueModel): ListedPrice {
  const longestAnswer = maxOutputTokens ?? null;
  return {
    modelName,
    provider,
    maxTokens: longestAnswer,
    maxInputTokens: contextTokens ?? null,
    maxOutputTokens: longestAnswer,
    inputCost: perToken(price.input),
    outputCost: perToken(price.output),
    cacheReadCost: perToken(price.cacheRead),
    cacheWriteCost: perToken(price.cacheWrite),
  };
}

/** Without the dust of binary fractions. */
function perToken(perMillion: number | undefined): number | null {
  return perMillion === undefined ? null : Number((perMillion / 1e6).toPrecision(12));
}

function rank(models: readonly ListedPrice[], words: string): readonly FoundPrice[] {
  if (words === '') return [];
  const found = models.flatMap((model) => {
    const score = scoreOf(model.modelName.toLowerCase(), words);
    return score === 0 ? [] : [{ ...model, score }];
  });
  return found.toSorted((a, b) => b.score - a.score || a.modelName.length - b.modelName.length);
}

function scoreOf(name: string, words: string): number {
  if (name === words) return SCORES.exact;
  if (name.startsWith(words)) return SCORES.prefix;
  return name.includes(words) ? SCORES.contains : 0;
}
