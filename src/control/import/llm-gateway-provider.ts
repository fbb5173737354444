import type { ModelConfig, ProviderConfig } from '../../config/schema/gateway-config-schema.ts';
import type { PresetCatalogue } from '../../domain/preset.ts';
import type { ForeignRow } from '../../store/foreign/foreign-data.ts';
import type { ImportNotes } from './import-notes.ts';
import { isModelName } from './llm-gateway-model.ts';
import type { LlmGatewayOffers } from './llm-gateway-offers.ts';
import { readJson } from './llm-gateway-rows.ts';
import { flagOf, isSet, recordOf, textOf } from './old-values.ts';
import { openLlmGatewaySecret } from './open-llm-gateway-secret.ts';
import { type OldDialect, spokenAddress } from './spoken-address.ts';

export interface LlmGatewayContext {
  readonly presets: PresetCatalogue;
  /** JWT_SECRET of the old program, with which it sealed the keys of its providers; null: not known. */
  readonly jwtSecret: string | null;
}

/** A row of `providers`. */
export interface OldGatewayProvider {
  readonly where: string;
  readonly oldId: string;
  readonly row: ForeignRow;
}

const DIALECTS = ['openai', 'anthropic', 'google'] as const satisfies readonly OldDialect[];
const WHY_NO_KEY = {
  none: 'it has no API key; enter one',
  sealed: 'its API key is sealed with the JWT_SECRET of that program: give that as well, or enter the key again',
  'wrong-key': 'its API key cannot be opened with the JWT_SECRET that was given; enter the key again',
  unusable: 'its API key is not one word of visible ASCII characters; enter the key again',
} as const;

/** A provider of LLM Gateway with its one key; null, with a note, when its address cannot be used. */
export function llmGatewayProvider(
  old: OldGatewayProvider,
  offers: LlmGatewayOffers,
  { presets, jwtSecret }: LlmGatewayContext,
  notes: ImportNotes,
): Omit<ProviderConfig, 'id'> | null {
  const { where, row } = old;
  const bases = basesOf(old, offers, notes);
  const spoken = spokenAddress(bases, presets);
  if (typeof spoken === 'string') {
    notes.leftOut('provider', where, `its base URL ${spoken}; left out`);
    return null;
  }
  if (spoken.isExtended) notes.changed('field', where, 'the base URL gets the version behind it that the libraries of its protocol wrote themselves');
  const opened = openLlmGatewaySecret(textOf(row['api_key']), jwtSecret);
  if ('problem' in opened) notes.leftOut('key', where, WHY_NO_KEY[opened.problem]);
  if (isSet(row['description'])) notes.leftOut('field', where, 'its description is left out');
  const models = modelsOf(old, offers, notes);
  const name = textOf(row['name']);
  return {
    ...(name === '' ? {} : { name }),
    preset: spoken.preset,
    enabled: flagOf(row['enabled'], true) && models !== null,
    protocols: spoken.protocols,
    ...(models === null || models.length === 0 ? {} : { models }),
    keys: 'secret' in opened ? [{ id: 'key-1', secret: opened.secret }] : [],
  };
}

/** An address for each protocol that the provider or its models name; without any the program took it for one of OpenAI. */
function basesOf(old: OldGatewayProvider, offers: LlmGatewayOffers, notes: ImportNotes): Readonly<Partial<Record<OldDialect, string>>> {
  const { row, where, oldId } = old;
  const base = textOf(row['base_url']);
  const mapped = recordOf(readJson(row, 'protocol_mappings', where, notes));
  const bases: Partial<Record<OldDialect, string>> = {};
  for (const dialect of DIALECTS) {
    const url = textOf(mapped?.[dialect]);
    if (url !== '') bases[dialect] = url;
  }
  if (Object.keys(bases).length > 0) return bases;
  const named = new Set([...(offers.protocols.get(oldId) ?? []), textOf(row['protocol']).toLowerCase()].filter((name) => name !== ''));
  const dialects = DIALECTS.filter((dialect) => named.has(dialect));
  if (dialects.length > 1)
    notes.changed('provider', where, 'its models were asked in several protocols, each in one; here every model of it may be asked in all of them');
  return Object.fromEntries((dialects.length === 0 ? (['openai'] as const) : dialects).map((dialect) => [dialect, base]));
}

/** Null: it offered models and none is left, so that it must not offer any name. */
function modelsOf({ row, where, oldId }: OldGatewayProvider, offers: LlmGatewayOffers, notes: ImportNotes): ModelConfig[] | null {
  const mapping = recordOf(readJson(row, 'model_mapping', where, notes)) ?? {};
  const mapped = Object.entries(mapping).flatMap(([name, value]): ModelConfig[] => {
    const upstream = textOf(value);
    if (isModelName(name) && isModelName(upstream)) return [{ name, upstream }];
    notes.leftOut('model', where, 'a mapping that is not from one name to another is left out');
    return [];
  });
  const isMapped = new Set(mapped.map((model) => (typeof model === 'string' ? model : model.name)));
  const listed = (offers.byProvider.get(oldId) ?? []).filter(({ name }) => !isMapped.has(name));
  const models: ModelConfig[] = [...listed.map(shortened), ...mapped];
  if (offers.open.has(oldId)) return models.length === 0 ? [] : [...models, '*'];
  if (models.length > 0) return models;
  notes.changed('provider', where, 'none of its models could be carried; it is switched off until some are written');
  return null;
}

/** The name alone where it says everything. */
function shortened({ name, upstream, ...figures }: Exclude<ModelConfig, string>): ModelConfig {
  if (Object.keys(figures).length === 0 && (upstream ?? name) === name) return name;
  return { name, ...(upstream === undefined || upstream === name ? {} : { upstream }), ...figures };
}
