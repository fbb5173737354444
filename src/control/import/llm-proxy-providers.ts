import { ConfigError } from '../../config/config-error.ts';
import { readLegacyLlmProxy } from '../../config/legacy-llm-proxy.ts';
import { isHeaderSafe, normaliseSecret } from '../../config/normalise-secret.ts';
import type { ProviderConfig } from '../../config/schema/gateway-config-schema.ts';
import type { PresetCatalogue } from '../../domain/preset.ts';
import type { ImportNotes } from './import-notes.ts';
import { mappedModels } from './mapped-models.ts';
import { flagOf, numberOf, type OldRecord, textOf } from './old-values.ts';
import { quoteOldName } from './quote-old-name.ts';
import { spokenAddress } from './spoken-address.ts';
import { stableSlugs } from './stable-slugs.ts';

/** A provider of llm-proxy, whether it stood in its file or in its database. */
export interface OldProvider {
  readonly where: string;
  readonly oldId: string;
  readonly name: string;
  readonly fields: OldRecord;
}

export interface OldProviderSettings {
  readonly verifyTls: boolean;
  readonly timeoutMs: number | null;
}

/** A provider beside what the reader of that program's file is given of it. */
interface Readable {
  readonly old: OldProvider;
  readonly legacy: OldRecord;
  readonly models: ProviderConfig['models'];
  readonly isSwitchedOff: boolean;
}

const MOST_WEIGHT = 1_000_000;
const OPENAI_TYPES = new Set(['', 'openai', 'openai_compatible', 'openai-compatible', 'custom']);

/** Providers of llm-proxy by way of the reader of its config.yaml, which knows what addresses and mappings meant there. */
export function llmProxyProviders(
  olds: readonly OldProvider[],
  { verifyTls, timeoutMs }: OldProviderSettings,
  presets: PresetCatalogue,
  notes: ImportNotes,
): readonly ProviderConfig[] {
  const readable = readableOf(
    olds.map((old) => readProvider(old, notes)).filter((provider) => provider !== null),
    presets,
    notes,
  );
  const legacy = readAll(readable, presets);
  const ids = stableSlugs(
    readable.map(({ old }) => ({ id: old.oldId, name: old.name })),
    'provider',
  );
  const timeouts = timeoutMs === null ? {} : { timeouts: { firstByteMs: timeoutMs, idleMs: Math.min(timeoutMs, 120_000) } };
  return readable.map(({ old, models, isSwitchedOff }, index) => {
    const { models: _, ...provider } = legacy[index] ?? { id: '' };
    const id = ids[index] ?? '';
    return {
      ...provider,
      id,
      ...(models === undefined ? {} : { models }),
      ...(isSwitchedOff ? { enabled: false } : {}),
      ...spokenBy(old, presets, notes),
      ...timeouts,
      verifyTls,
    };
  });
}

function readProvider(old: OldProvider, notes: ImportNotes): Readable | null {
  const { where, fields } = old;
  const secret = normaliseSecret(textOf(fields['api_key']));
  const problem = secret === '' ? 'no API key' : isHeaderSafe(secret) ? null : 'the API key is not one word of visible ASCII characters';
  if (problem !== null) {
    notes.leftOut('provider', where, `${problem}; left out`);
    return null;
  }
  const { models, isCut } = mappedModels(fields['model_mapping'], where, notes);
  const isSwitchedOff = isCut && models.length === 0;
  if (isSwitchedOff)
    notes.changed('provider', where, 'none of its model names could be taken over; it is switched off until they are written one by one');
  const legacy = {
    name: old.name || 'provider',
    api_base: textOf(fields['api_base']),
    api_key: secret,
    weight: weightOf(fields['weight'], where, notes),
    enabled: flagOf(fields['enabled'], true),
    ...(models.length === 0 ? {} : { model_mapping: Object.fromEntries(models.map(({ name, upstream }) => [name, upstream])) }),
  };
  return { old, legacy, models: models.length === 0 ? undefined : [...models], isSwitchedOff };
}

/** Whole and 1 or more, as that program asks for. */
function weightOf(value: unknown, where: string, notes: ImportNotes): number {
  if (value === undefined || value === null) return 1;
  const number = numberOf(value);
  const weight = number === null ? 1 : Math.min(Math.max(number, 0), MOST_WEIGHT);
  if (weight !== number) notes.changed('field', where, `the weight is no number from 0 to ${MOST_WEIGHT}; it is ${weight} here`);
  return weight;
}

/** Those that the reader takes; it tells of all that it does not. */
function readableOf(all: readonly Readable[], presets: PresetCatalogue, notes: ImportNotes): readonly Readable[] {
  let readable = all;
  for (;;) {
    try {
      readAll(readable, presets);
      return readable;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const messages = new Map(error.problems.map(({ path, message }) => [Number(/^providers\[(\d+)\]/u.exec(path)?.[1] ?? Number.NaN), message]));
      const good = readable.filter((_, index) => !messages.has(index));
      // A problem of no provider would come again and again.
      if (good.length === readable.length) throw error;
      for (const [index, { old }] of readable.entries()) {
        const message = messages.get(index);
        if (message !== undefined) notes.leftOut('provider', old.where, `${message}; left out`);
      }
      readable = good;
    }
  }
}

function readAll(readable: readonly Readable[], presets: PresetCatalogue): readonly ProviderConfig[] {
  const value = { providers: readable.map(({ legacy }) => legacy) };
  return readLegacyLlmProxy(value, { source: 'llm-proxy', locate: () => null, presets }).config.providers ?? [];
}

/** What later versions of that program say of a provider's protocol. */
function spokenBy({ fields, where }: OldProvider, presets: PresetCatalogue, notes: ImportNotes): Partial<ProviderConfig> {
  const type = textOf(fields['provider_type']).toLowerCase();
  if (OPENAI_TYPES.has(type)) return {};
  if (type !== 'anthropic') {
    notes.changed(
      'provider',
      where,
      `the provider type ${quoteOldName(type)} is not known; taken as one that speaks as OpenAI does, and switched off`,
    );
    return { enabled: false };
  }
  const spoken = spokenAddress({ anthropic: textOf(fields['api_base']) }, presets);
  if (typeof spoken === 'string') return {};
  if (spoken.isExtended) notes.changed('field', where, 'the base URL gets /v1 behind it, which was understood there');
  return { preset: spoken.preset, protocols: spoken.protocols, auth: { in: 'header', name: 'x-api-key' } };
}
