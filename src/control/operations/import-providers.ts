import { ConfigError } from '../../config/config-error.ts';
import type { ProviderConfig } from '../../config/schema/gateway-config-schema.ts';
import { validateConfig } from '../../config/validate-config.ts';
import { MASK } from '../../security/audit/mask-text.ts';
import type { ConfigDraft } from '../config/config-draft.ts';
import type { Changed, ChangeReason } from '../config/config-service.ts';
import type { ControlServices } from '../control-services.ts';
import { OperationError, type FieldProblem } from '../operation-error.ts';
import { isOlderProvider, readOlderProvider } from './older-provider.ts';
import { addProvider } from './providers.ts';
import { problemsOfProvider, sentenceOfProblem } from './refuse-fields.ts';

type Body = Readonly<Record<string, unknown>>;

/** What became of each provider of an import. */
export interface ImportedProviders {
  readonly success: number;
  readonly failed: number;
  readonly skipped: number;
  readonly errors: readonly ImportFailure[];
  /** Added without a key, as those of an export are. */
  readonly withoutKeys: readonly string[];
}

export interface ImportFailure {
  /** As it was sent; its place, as `#4`, where it has none. */
  readonly id: string;
  /** In a sentence. */
  readonly error: string;
  readonly problems: readonly FieldProblem[];
}

const LONGEST_ID = 200;
const MOST_PROBLEMS = 20;

/** Adds many providers at once, in Headgate's own form or LLM Gateway's. */
export class ImportProviders {
  readonly #services: Pick<ControlServices, 'config' | 'presets'>;

  constructor(services: Pick<ControlServices, 'config' | 'presets'>) {
    this.#services = services;
  }

  /** Every good one comes with one revision; what is wrong with the others is told. `skipExisting`: an id that is there is no failure. */
  add(reason: ChangeReason, items: readonly unknown[], skipExisting: boolean): Promise<Changed<ImportedProviders>> {
    const read = items.map((item, index) => this.#read(item, index));
    return this.#services.config.change(reason, (draft) => addAll(draft, read, skipExisting));
  }

  #read(item: unknown, index: number): ProviderConfig | ImportFailure {
    const id = idOf(item, index);
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return failureOf(id, [{ path: '', message: 'is no provider' }]);
    const masked = findMasks(item as Body);
    if (masked.length > 0) return failureOf(id, masked);
    const written = isOlderProvider(item as Body) ? readOlderProvider(item as Body, this.#services.presets) : item;
    if (Array.isArray(written)) return failureOf(id, written as readonly FieldProblem[]);
    try {
      const { providers } = validateConfig({ providers: [written] }, { presets: this.#services.presets, source: 'import', locate: () => null });
      return providers?.[0] ?? failureOf(id, []);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return failureOf(id, problemsOfProvider(error));
    }
  }
}

function addAll(draft: ConfigDraft, read: readonly (ProviderConfig | ImportFailure)[], skipExisting: boolean): ImportedProviders {
  const counts = { success: 0, skipped: 0, errors: [] as ImportFailure[], withoutKeys: [] as string[] };
  for (const item of read) {
    if ('error' in item) {
      counts.errors.push(item);
      continue;
    }
    try {
      addProvider(draft, item);
      counts.success += 1;
      if ((item.keys ?? []).length === 0) counts.withoutKeys.push(item.id);
    } catch (error) {
      if (!(error instanceof OperationError) || error.code !== 'already_exists') throw error;
      if (skipExisting) counts.skipped += 1;
      else counts.errors.push({ id: item.id, error: error.message, problems: error.problems });
    }
  }
  return { ...counts, failed: counts.errors.length };
}

function failureOf(id: string, problems: readonly FieldProblem[]): ImportFailure {
  return { id, error: sentenceOfProblem(problems[0]), problems: problems.slice(0, MOST_PROBLEMS) };
}

function idOf(item: unknown, index: number): string {
  const id = typeof item === 'object' && item !== null ? (item as Body)['id'] : undefined;
  return typeof id === 'string' && id !== '' ? id.slice(0, LONGEST_ID) : `#${index + 1}`;
}

/** What a list of providers shows in place of a value must not become the value. */
function findMasks(item: Body): readonly FieldProblem[] {
  const message = 'holds a mask and not a value: enter it, or leave it out';
  const maps = (['headers', 'query'] as const).flatMap((field) => {
    const values = item[field];
    if (typeof values !== 'object' || values === null) return [];
    return Object.entries(values).flatMap(([name, value]) => (value === MASK ? [{ path: `${field}.${name}`, message }] : []));
  });
  return item['proxyUrl'] === MASK ? [...maps, { path: 'proxyUrl', message }] : maps;
}
