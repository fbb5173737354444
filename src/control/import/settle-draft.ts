import { ConfigError, type ConfigProblem } from '../../config/config-error.ts';
import type { ProviderConfig, VirtualKeyConfig } from '../../config/schema/gateway-config-schema.ts';
import { validateConfig } from '../../config/validate-config.ts';
import type { PresetCatalogue } from '../../domain/preset.ts';
import type { ImportDraft, ImportSource } from './import-draft.ts';
import type { ImportNotes } from './import-notes.ts';

interface Entities {
  readonly providers: readonly ProviderConfig[];
  readonly virtualKeys: readonly VirtualKeyConfig[];
}

const PLACE = /^(?<list>providers|virtualKeys)\[(?<at>\d+)\](?:\.(?<part>keys|models|providers)\[(?<partAt>\d+)\])?/u;

/** Where a problem is: an entity, or a part of one that can go without it. */
interface Place {
  readonly list: 'providers' | 'virtualKeys';
  readonly at: number;
  readonly part: 'keys' | 'models' | 'providers' | null;
  readonly partAt: number;
  readonly message: string;
}

/** Leaves out, with a note, what the configuration would not take, so that every draft can be used as it is. */
export function settleDraft(source: ImportSource, drafted: Entities, notes: ImportNotes, presets: PresetCatalogue): ImportDraft {
  let entities = drafted;
  for (let problems = problemsOf(entities, presets); problems.length > 0; problems = problemsOf(entities, presets)) {
    entities = withoutProblems(entities, problems.map(placeOf), notes);
  }
  return { source, ...entities, notes: notes.all() };
}

function problemsOf(entities: Entities, presets: PresetCatalogue): readonly ConfigProblem[] {
  try {
    validateConfig(entities, { source: 'import', locate: () => null, presets });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

function placeOf({ path, message }: ConfigProblem): Place {
  const found = PLACE.exec(path)?.groups;
  // Every turn takes something away; a problem of the whole would never end.
  if (found === undefined) throw new Error(`The import made a configuration that cannot be used: ${path}: ${message}`);
  const { list, at, part, partAt } = found;
  return { list: list as Place['list'], at: Number(at), part: (part as Place['part']) ?? null, partAt: Number(partAt ?? 0), message };
}

function withoutProblems(entities: Entities, places: readonly Place[], notes: ImportNotes): Entities {
  const byEntity = Map.groupBy(places, ({ list, at }) => `${list}[${at}]`);
  return {
    providers: entities.providers.flatMap((provider, at) => keepProvider(provider, byEntity.get(`providers[${at}]`) ?? [], notes)),
    virtualKeys: entities.virtualKeys.flatMap((key, at) => keepVirtualKey(key, byEntity.get(`virtualKeys[${at}]`) ?? [], notes)),
  };
}

function keepProvider(provider: ProviderConfig, places: readonly Place[], notes: ImportNotes): readonly ProviderConfig[] {
  const whole = places.find(({ part }) => part === null);
  if (whole !== undefined) {
    notes.leftOut('provider', `provider ${provider.id}`, `${whole.message}; left out`);
    return [];
  }
  if (places.length === 0) return [provider];
  for (const { part, partAt, message } of places) {
    notes.leftOut(
      part === 'keys' ? 'key' : 'model',
      `provider ${provider.id}, ${part === 'keys' ? 'key' : 'model'} ${partAt + 1}`,
      `${message}; left out`,
    );
  }
  const isGood = (part: string) => (_: unknown, index: number) => !places.some((place) => place.part === part && place.partAt === index);
  const { keys, models, ...rest } = provider;
  const goodModels = models?.filter(isGood('models'));
  return [
    {
      ...rest,
      // No list at all would offer every model.
      ...(goodModels === undefined ? {} : goodModels.length === 0 ? { enabled: false } : { models: goodModels }),
      ...(keys === undefined ? {} : { keys: keys.filter(isGood('keys')) }),
    },
  ];
}

function keepVirtualKey(key: VirtualKeyConfig, places: readonly Place[], notes: ImportNotes): readonly VirtualKeyConfig[] {
  const whole = places.find(({ part }) => part !== 'providers');
  if (whole !== undefined) {
    notes.leftOut('virtual key', `virtual key ${key.id}`, `${whole.message}; left out`);
    return [];
  }
  if (places.length === 0) return [key];
  const providers = key.providers?.filter((_, index) => !places.some(({ partAt }) => partAt === index)) ?? [];
  notes.changed('virtual key', `virtual key ${key.id}`, 'a provider that it may use was left out; it may use the others only');
  if (providers.length > 0) return [{ ...key, providers }];
  // No list at all would allow every provider.
  notes.changed('virtual key', `virtual key ${key.id}`, 'no provider is left that it may use; it is switched off');
  const { providers: _, ...open } = key;
  return [{ ...open, enabled: false }];
}
