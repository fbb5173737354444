import { problemOfBaseUrl } from '../../config/base-url.ts';
import { isHeaderSafe, normaliseSecret } from '../../config/normalise-secret.ts';
import { presetOfAddress } from '../../config/preset-of-address.ts';
import type { ProviderConfig, ProviderKeyConfig } from '../../config/schema/gateway-config-schema.ts';
import type { PresetCatalogue } from '../../domain/preset.ts';
import { OperationError } from '../operation-error.ts';
import type { ImportDraft } from './import-draft.ts';
import { ImportNotes } from './import-notes.ts';
import { noteUnknownFields } from './known-fields.ts';
import { flagOf, jsonOf, numberOf, type OldRecord, recordOf, textOf, textsOf } from './old-values.ts';
import { quoteOldName } from './quote-old-name.ts';
import { settleDraft } from './settle-draft.ts';
import { stableSlugs } from './stable-slugs.ts';

const STATE_FIELDS = new Set(['version', 'rrIndex', 'rrIndexByPool', 'keys']);
const KEY_FIELDS = new Set('id name provider apiKey baseUrl models weight enabled failures cooldownUntil createdAt updatedAt'.split(' '));
const VENDORS = new Set(['openai', 'gemini', 'deepseek', 'custom']);
/** What that program sends on from its root; the vendors' own addresses may have more. */
const USUAL_PROTOCOLS = ['openai-chat', 'openai-completions', 'openai-embeddings'];
const MOST_WEIGHT = 1000;

/** A key record that can be used. */
interface OldKey {
  readonly where: string;
  readonly oldId: string;
  readonly name: string;
  readonly vendor: string;
  readonly base: string;
  readonly secret: string;
  readonly models: readonly string[];
  readonly weight: number;
  readonly enabled: boolean;
}

/**
 * Takes over the state file of llm-apikey-lb: keys of one vendor and one address become the key pool of one provider.
 * @throws {OperationError} When the text is no such file; it never repeats any of it.
 */
export function fromLlmApikeyLb(text: string, presets: PresetCatalogue): ImportDraft {
  const state = readState(text);
  const notes = new ImportNotes();
  noteUnknownFields(state, STATE_FIELDS, 'state', notes);
  const keys = (state['keys'] as readonly unknown[]).map((key, index) => readKey(key, `keys[${index}]`, notes)).filter((key) => key !== null);
  const providers = providersOf(keys, presets, notes);
  notes.told('state', 'round-robin places, failure counts, cooldowns and dates are not carried: every key starts fresh');
  notes.told(
    'state',
    'llm-apikey-lb asked its clients for no key; here every request without a virtual key is answered 401. Make virtual keys, or set ALLOW_ANONYMOUS=true',
  );
  return settleDraft('llm-apikey-lb', { providers, virtualKeys: [] }, notes, presets);
}

function readState(text: string): OldRecord {
  const state = recordOf(jsonOf(text));
  const keys = state?.['keys'];
  const isOurs = Array.isArray(keys) && (keys.length === 0 || keys.some((key) => recordOf(key)?.['apiKey'] !== undefined));
  if (state !== null && isOurs) return state;
  const what = jsonOf(text) === undefined ? 'is not JSON' : 'holds no list "keys" of records with an apiKey';
  throw new OperationError('invalid_request', `The file ${what}, so it is not the state.json of llm-apikey-lb. Nothing was imported.`);
}

function readKey(value: unknown, where: string, notes: ImportNotes): OldKey | null {
  const record = recordOf(value);
  const leaveOut = (message: string): null => {
    notes.leftOut('key', where, `${message}; left out`);
    return null;
  };
  if (record === null) return leaveOut('no record');
  const secret = normaliseSecret(textOf(record['apiKey']));
  const base = textOf(record['baseUrl']);
  if (secret === '') return leaveOut('no API key');
  if (!isHeaderSafe(secret)) return leaveOut('the API key is not one word of visible ASCII characters');
  if (base === '') return leaveOut('no base URL');
  const problem = problemOfBaseUrl(base);
  if (problem !== null) return leaveOut(`the base URL ${problem}`);
  noteUnknownFields(record, KEY_FIELDS, where, notes);
  if (record['enabled'] === undefined || record['enabled'] === null)
    notes.changed('key', where, 'not marked as enabled; switched off, as it was there');
  const name = textOf(record['name']);
  return {
    where,
    oldId: textOf(record['id']) || name || where,
    name: name || textOf(record['id']),
    vendor: vendorOf(record, where, notes),
    base,
    secret,
    models: modelsOf(record, where, notes),
    weight: weightOf(record['weight'], where, notes),
    enabled: flagOf(record['enabled'], false),
  };
}

function vendorOf(record: OldRecord, where: string, notes: ImportNotes): string {
  const vendor = textOf(record['provider']).toLowerCase();
  if (VENDORS.has(vendor)) return vendor;
  notes.changed('field', where, `the provider ${quoteOldName(vendor)} is none of openai, gemini, deepseek and custom; taken as custom`);
  return 'custom';
}

function modelsOf(record: OldRecord, where: string, notes: ImportNotes): readonly string[] {
  const { models } = record;
  const names = textsOf(models);
  if (names === null) {
    if (models !== undefined && models !== null) notes.leftOut('field', where, 'the models are no list; the key takes any model');
    return [];
  }
  const usable = names.filter((name) => name.length <= 256 && !name.includes('*'));
  if (usable.length < names.length) notes.leftOut('model', where, 'a model name with * or of more than 256 characters is left out');
  return [...new Set(usable)];
}

/** As that program reads it: a whole number from 1 to 1000; 1 when it is none. */
function weightOf(value: unknown, where: string, notes: ImportNotes): number {
  if (value === undefined || value === null) return 1;
  const number = numberOf(value);
  const weight = number === null ? 1 : Math.min(Math.max(Math.floor(number), 1), MOST_WEIGHT);
  if (weight !== number) notes.changed('field', where, `the weight is no whole number from 1 to ${MOST_WEIGHT}; it is ${weight} here`);
  return weight;
}

function providersOf(keys: readonly OldKey[], presets: PresetCatalogue, notes: ImportNotes): readonly ProviderConfig[] {
  const pools = [...Map.groupBy(keys, ({ vendor, base }) => `${vendor} ${base.replace(/\/+$/u, '')}`)];
  const ids = stableSlugs(
    pools.map(([id, [first]]) => ({ id, name: first === undefined ? '' : nameOfPool(first, presets) })),
    'provider',
  );
  const openVendors = new Set(keys.filter(({ models }) => models.length === 0).map(({ vendor }) => vendor));
  return pools.map(([, pool], index) => providerOf(ids[index] ?? '', pool, openVendors, presets, notes));
}

/** Never the vendor's own name: `x-llm-provider` would then mean this provider alone, and not all of the vendor as it did. */
function nameOfPool({ vendor, base }: OldKey, presets: PresetCatalogue): string {
  return presetOfAddress(base, presets) === vendor ? `${vendor}-main` : `${vendor}-${new URL(base).host}`;
}

/**
 * Models stay on the keys. The provider lists them only where no key of the vendor takes every model: names that a provider lists go to it
 * alone, and would draw requests away from keys that list nothing.
 */
function providerOf(
  id: string,
  pool: readonly OldKey[],
  openVendors: ReadonlySet<string>,
  presets: PresetCatalogue,
  notes: ImportNotes,
): ProviderConfig {
  const [{ vendor, base }] = pool as readonly [OldKey, ...OldKey[]];
  const isVendors = presetOfAddress(base, presets) === vendor;
  const names = isVendors ? Object.keys(presets.get(vendor)?.protocols ?? {}).filter((name) => name.startsWith('openai-')) : USUAL_PROTOCOLS;
  if (new URL(base).pathname === '/') notes.told(`provider ${id}`, 'its base URL has no path; the usual one, such as /v1, is put behind it here');
  const listed = [...new Set(pool.flatMap(({ models }) => models))];
  const isOpen = openVendors.has(vendor);
  return {
    id,
    preset: vendor,
    protocols: Object.fromEntries(names.map((name) => [name, base])),
    ...(isOpen ? {} : { models: listed }),
    keys: keysOf(pool, isOpen ? Number.POSITIVE_INFINITY : listed.length, notes),
  };
}

/** Keys that take every model of the provider name none. */
function keysOf(pool: readonly OldKey[], models: number, notes: ImportNotes): ProviderKeyConfig[] {
  const places = new Map<string, string>();
  const distinct = pool.filter(({ secret, where }) => {
    const earlier = places.get(secret);
    if (earlier === undefined) return places.set(secret, where);
    notes.leftOut('key', where, `repeats the API key of ${earlier} for the same address; left out`);
    return false;
  });
  const ids = stableSlugs(
    distinct.map(({ oldId, name }) => ({ id: oldId, name })),
    'key',
  );
  return distinct.map(({ secret, weight, enabled, models: own, name, where }, index) => {
    const id = ids[index] ?? '';
    if (name !== id) notes.changed('field', where, 'the name is written as an id of small letters, digits and hyphens');
    return { id, secret, weight, enabled, ...(own.length > 0 && own.length < models ? { models: [...own] } : {}) };
  });
}
