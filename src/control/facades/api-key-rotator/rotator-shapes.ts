import type { ProviderConfig } from '../../../config/schema/gateway-config-schema.ts';
import type { PresetCatalogue } from '../../../domain/preset.ts';
import { ImportNotes } from '../../import/import-notes.ts';
import { modelServiceOfRotator } from '../../import/rotator-llm.ts';
import { restOfRotator } from '../../import/rotator-rest.ts';
import { OperationError } from '../../operation-error.ts';
import type { KeyView } from '../../operations/provider-keys.ts';
import type { ProviderView } from '../../operations/providers.ts';
import { refuseFields } from '../../operations/refuse-fields.ts';
import { keyIdOf } from '../key-id.ts';
import type { NumberedThings } from '../numbered-things.ts';
import { addressOf } from '../openai-address.ts';

type Body = Readonly<Record<string, unknown>>;

/** A row of `proxy_configs`, as clients write and read it. */
export interface RotatorRow {
  readonly name?: string;
  readonly slug?: string;
  readonly config_type?: string;
  readonly is_active?: boolean;
  readonly method?: string | null;
  readonly target_url?: string | null;
  readonly target_base_url?: string | null;
  readonly api_key_location?: string | null;
  readonly api_key_name?: string | null;
  readonly api_format?: string | null;
  readonly output_format?: string | null;
}

/** Whatever changes with one of these is made anew as a whole. */
const MAKING = ['config_type', 'method', 'target_url', 'target_base_url', 'api_key_location', 'api_key_name', 'api_format'] as const;
const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/u;

/** A provider as a proxy config. Its id is a number, made of its slug. */
export function shownConfig(view: ProviderView, numbered: NumberedThings, presets: PresetCatalogue): RotatorRow & Body {
  const { id, name, enabled, kind, createdAtMs, updatedAtMs } = view;
  return {
    id: numbered.numberOf(id),
    name,
    slug: id,
    config_type: kind === 'rest' ? 'GENERIC' : 'LLM',
    is_active: enabled,
    ...(kind === 'rest' ? restFields(view) : modelFields(view, presets)),
    ...keyPlaceOf(view),
    output_format: 'none',
    api_keys: null,
    created_at: isoOf(createdAtMs),
    updated_at: isoOf(updatedAtMs),
  };
}

function restFields(view: ProviderView): Body {
  const { targetUrl, methods } = view['rest'] as NonNullable<ProviderConfig['rest']>;
  return { method: methods?.[0] ?? null, target_url: targetUrl, target_base_url: null, api_format: 'openai_compatible' };
}

function modelFields(view: ProviderView, presets: PresetCatalogue): Body {
  const spoken = Object.keys((view['protocols'] ?? presets.get(String(view['preset']))?.protocols ?? {}) as Body);
  const isOpenai = spoken.some((name) => name.startsWith('openai-'));
  const format = isOpenai ? 'openai_compatible' : spoken.includes('anthropic-messages') ? 'anthropic_native' : 'gemini_native';
  return { method: null, target_url: null, target_base_url: addressOf(view, presets), api_format: format };
}

function keyPlaceOf(view: ProviderView): Body {
  const { in: place, name } = (view['auth'] ?? {}) as { readonly in?: string; readonly name?: string };
  const isPlain = place === 'header' || place === 'query';
  return { api_key_location: isPlain ? place : null, api_key_name: isPlain ? (name ?? null) : null };
}

/** Never the secret itself. */
export function shownKey(view: KeyView, numbered: NumberedThings): Body {
  const { id, provider, preview, enabled } = view;
  return {
    id: numbered.numberOf(keyIdOf(provider, id)),
    key_value: preview,
    is_active: enabled,
    proxy_config_id: numbered.numberOf(provider),
  };
}

/** A new provider, without keys. @throws {OperationError} */
export function providerOfRow(row: RotatorRow, presets: PresetCatalogue): ProviderConfig {
  const { name = '', slug = '', is_active: enabled = true } = row;
  if (name.trim() === '') throw refuseFields([{ path: 'name', message: 'is needed' }]);
  if (!SLUG.test(slug)) throw refuseFields([{ path: 'slug', message: 'must be small letters, digits and hyphens, at most 63' }]);
  return { id: slug, name: name.trim(), enabled, ...madeOf(row, presets) };
}

/** What a change of a row means for its provider; a field that is sent as it was shown is none. @throws {OperationError} */
export function patchOfRow(patch: RotatorRow, shown: RotatorRow, body: Body, presets: PresetCatalogue): Body {
  if (patch.slug !== undefined && patch.slug !== shown.slug)
    throw new OperationError('invalid_field', 'The slug is the id of the provider and stays: make a new config under the other one.', {
      problems: [{ path: 'slug', message: 'cannot be changed' }],
    });
  const name = patch.name?.trim() ?? '';
  const plain = { ...(name === '' ? {} : { name }), ...(patch.is_active === undefined ? {} : { enabled: patch.is_active }) };
  const changed = MAKING.filter((field) => patch[field] !== undefined && (patch[field] ?? null) !== (shown[field] ?? null));
  if (changed.length === 0) return plain;
  if (changed.includes('config_type')) throw refuseFields([{ path: 'config_type', message: 'cannot be changed: make a new config' }]);
  const { kind: _kind, ...made } = madeOf({ ...shown, ...patch }, presets);
  return { ...plain, ...withSame(made, body, changed) };
}

/** What the row cannot say of the provider stays: several methods, the word before the key. */
function withSame(made: Partial<ProviderConfig>, body: Body, changed: readonly (typeof MAKING)[number][]): Body {
  const { rest, auth } = body as ProviderConfig;
  const keepsPlace = !changed.includes('api_key_location') && !changed.includes('api_key_name') && !changed.includes('api_format');
  return {
    ...made,
    ...(made.rest === undefined || changed.includes('method')
      ? {}
      : { rest: { targetUrl: made.rest.targetUrl, ...(rest?.methods === undefined ? {} : { methods: rest.methods }) } }),
    ...(keepsPlace ? (auth === undefined ? {} : { auth }) : { auth: made.auth ?? null }),
  };
}

function madeOf(row: RotatorRow, presets: PresetCatalogue): Omit<ProviderConfig, 'id' | 'keys'> {
  const type = row.config_type?.toUpperCase();
  if (type !== 'GENERIC' && type !== 'LLM') throw refuseFields([{ path: 'config_type', message: 'must be GENERIC or LLM' }]);
  if (row.target_url?.includes('?') === true && type === 'GENERIC')
    throw refuseFields([{ path: 'target_url', message: 'must not have a query; clients send it themselves' }]);
  const config = { where: row.slug ?? '', oldId: row.slug ?? '', slug: row.slug ?? '', row: { ...row }, enabled: row.is_active ?? true };
  const notes = new ImportNotes();
  const made = type === 'GENERIC' ? restOfRotator(config, [], notes) : modelServiceOfRotator(config, [], presets, notes);
  if (typeof made === 'string') throw new OperationError('invalid_field', `The config cannot be used: ${made}.`);
  const { keys: _keys, ...provider } = made;
  return provider;
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
