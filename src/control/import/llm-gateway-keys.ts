import type { VirtualKeyConfig } from '../../config/schema/gateway-config-schema.ts';
import type { ForeignData, ForeignRow } from '../../store/foreign/foreign-data.ts';
import { hashedSecret, hashedSecretOfDigest } from './hashed-secret.ts';
import type { ImportNotes } from './import-notes.ts';
import type { LlmGatewayOffers } from './llm-gateway-offers.ts';
import { readJson } from './llm-gateway-rows.ts';
import { flagOf, isSet, numberOf, textOf, textsOf } from './old-values.ts';
import { rowsOf } from './old-tables.ts';
import { quoteOldName } from './quote-old-name.ts';
import { stableSlugs } from './stable-slugs.ts';

/** Old provider id → id here; null when the provider was left out. */
export type ProviderIdHere = (oldId: string) => string | null;

interface OldKey {
  readonly where: string;
  readonly oldId: string;
  readonly name: string;
  readonly row: ForeignRow;
  readonly secretHash: string;
}

const MOST_RATE = 1_000_000_000;
/** Made by that program for its own checks; it may use every model. */
const MONITOR = 'monitor_vk_';
const NO_COUNTERPART: Readonly<Record<string, string>> = {
  cache_enabled: 'answers from a cache are not in this release',
  disable_logging: 'bodies of requests are not kept here, so nothing has to be switched off',
  dynamic_compression_enabled: 'compression of messages has no counterpart here',
  intercept_zero_temperature: 'temperatures are not changed here',
  image_compression: 'images are not changed here',
  pii_protection: 'personal data are not masked here',
  prompt_capture: 'prompts are not kept here',
  context_normalization: 'contexts are not changed here',
  zero_temperature_replacement: 'temperatures are not changed here',
  routing_config: 'routing of a key’s own has no counterpart here',
};

/** Virtual keys of LLM Gateway: the same secrets go on being accepted, for the same models and providers. */
export function llmGatewayKeys(data: ForeignData, offers: LlmGatewayOffers, idHere: ProviderIdHere, notes: ImportNotes): readonly VirtualKeyConfig[] {
  const keys = rowsOf(data, 'virtual_keys')
    .map((row, index) => readKey(row, index, notes))
    .filter((key) => key !== null);
  const ids = stableSlugs(
    keys.map(({ oldId, name }) => ({ id: oldId, name })),
    'key',
  );
  if (keys.length > 0)
    notes.told('virtual_keys', 'a model that a key did not list was answered by its first model; here such a request is answered 404 or 403');
  return keys.map(({ where, name, row, secretHash }, index) => ({
    id: ids[index] ?? '',
    ...(name === '' ? {} : { name }),
    secretHash,
    enabled: flagOf(row['enabled'], true),
    ...scopeOf(row, where, offers, idHere, notes),
    ...limitsOf(row['rate_limit'], where, notes),
    ...expiryOf(row['expires_at'], where, notes),
  }));
}

function readKey(row: ForeignRow, index: number, notes: ImportNotes): OldKey | null {
  const name = textOf(row['name']);
  const value = textOf(row['key_value']);
  const quoted = quoteOldName(name);
  const where = quoted === '' ? `virtual_keys, row ${index + 1}` : `virtual key ${quoted}`;
  if (value.startsWith(MONITOR)) {
    notes.leftOut('virtual key', where, 'made by that program for its own health checks; left out');
    return null;
  }
  const secretHash = value === '' ? hashedSecretOfDigest(textOf(row['key_hash'])) : hashedSecret(value);
  if (secretHash === null) {
    notes.leftOut('virtual key', where, 'it has no secret that a client could send; left out');
    return null;
  }
  for (const [column, why] of Object.entries(NO_COUNTERPART)) if (isSet(row[column])) notes.leftOut('field', where, `${column}: ${why}; left out`);
  const strategy = textOf(row['routing_strategy']);
  if (strategy !== '' && strategy !== 'single')
    notes.changed(
      'virtual key',
      where,
      'its own way of routing is not carried: requests are shared by the weights of the providers that offer the model',
    );
  return { where, oldId: textOf(row['id']) || secretHash, name, row, secretHash };
}

/** What a key may use. A key that could use nothing must not become one that may use everything. */
function scopeOf(row: ForeignRow, where: string, offers: LlmGatewayOffers, idHere: ProviderIdHere, notes: ImportNotes): Partial<VirtualKeyConfig> {
  const listed = textsOf(readJson(row, 'model_ids', where, notes)) ?? [];
  const modelIds = [...new Set([textOf(row['model_id']), ...listed])].filter((id) => id !== '');
  const provider = textOf(row['provider_id']);
  if (modelIds.length > 0) return modelScope(modelIds, where, offers, idHere, notes);
  const id = provider === '' ? null : idHere(provider);
  if (id !== null) return { providers: [id] };
  return switchedOff(where, provider === '' ? 'it names neither models nor a provider' : 'its provider is not there or was left out', notes);
}

function modelScope(
  ids: readonly string[],
  where: string,
  offers: LlmGatewayOffers,
  idHere: ProviderIdHere,
  notes: ImportNotes,
): Partial<VirtualKeyConfig> {
  const carried = ids.map((id) => offers.byModel.get(id)).filter((model) => model !== undefined);
  if (carried.length < ids.length) notes.leftOut('model', where, 'a model that it may use is not there or was left out; the key goes without it');
  const models = [...new Set(carried.flatMap(({ names }) => names))];
  const sources = new Set(carried.flatMap((model) => model.providers));
  const providers = [...sources].map(idHere).filter((id) => id !== null);
  if (models.length === 0 || providers.length === 0) return switchedOff(where, 'none of its models could be carried', notes);
  if (carried.some((model) => model.providers.length < sources.size))
    notes.changed(
      'virtual key',
      where,
      'its models are of several providers; where one of those offers a model of another as well, it may be used too',
    );
  return { models, providers };
}

function switchedOff(where: string, why: string, notes: ImportNotes): Partial<VirtualKeyConfig> {
  notes.changed('virtual key', where, `${why}; it is switched off`);
  return { enabled: false };
}

/** Requests a minute; 0 and nothing are no limit there. */
function limitsOf(value: unknown, where: string, notes: ImportNotes): Pick<VirtualKeyConfig, 'limits'> {
  if (value === null || value === undefined) return {};
  const rate = numberOf(value);
  if (rate === 0) return {};
  if (rate === null || rate < 0) {
    notes.changed('virtual key', where, 'its rate limit cannot be read; it blocks until it is written anew');
    return { limits: { requestsPerMinute: 0 } };
  }
  const requestsPerMinute = Math.min(Math.ceil(rate), MOST_RATE);
  if (requestsPerMinute !== rate) notes.changed('field', where, 'its rate limit is no whole number up to a billion; the next one that is holds here');
  return { limits: { requestsPerMinute } };
}

/** Epoch milliseconds or seconds, or a date as text. */
function expiryOf(value: unknown, where: string, notes: ImportNotes): Pick<VirtualKeyConfig, 'expiresAt'> {
  if (value === null || value === undefined || value === '' || value === 0) return {};
  const number = numberOf(value);
  const date = value instanceof Date ? value : new Date(number === null ? textOf(value) : number < 1e11 ? number * 1000 : number);
  if (!Number.isNaN(date.getTime()) && date.getUTCFullYear() < 10_000) return { expiresAt: date.toISOString() };
  notes.changed('virtual key', where, 'its end cannot be read; it ended with this import until a date is written');
  return { expiresAt: '1970-01-01T00:00:00Z' };
}
