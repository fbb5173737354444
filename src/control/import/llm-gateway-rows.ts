import type { ForeignData, ForeignTableWish } from '../../store/foreign/foreign-data.ts';
import type { ImportNotes } from './import-notes.ts';
import { flagOf, jsonOf, type OldRecord, textOf } from './old-values.ts';
import { rowsOf } from './old-tables.ts';
import { quoteOldName } from './quote-old-name.ts';

/** What is read of LLM Gateway's database; its versions differ in columns. */
export const LLM_GATEWAY_TABLES: readonly ForeignTableWish[] = [
  {
    name: 'providers',
    columns: 'id name description base_url protocol protocol_mappings api_key model_mapping enabled created_at updated_at'.split(' '),
  },
  {
    name: 'models',
    columns: `id name provider_id model_identifier protocol is_virtual routing_config_id expert_routing_id enabled
      model_attributes prompt_config compression_config created_at updated_at`.split(/\s+/u),
  },
  {
    name: 'virtual_keys',
    columns: `id key_value key_hash name provider_id model_id routing_strategy model_ids routing_config enabled rate_limit expires_at
      cache_enabled disable_logging dynamic_compression_enabled intercept_zero_temperature zero_temperature_replacement
      image_compression pii_protection prompt_capture context_normalization created_at updated_at`.split(/\s+/u),
  },
  { name: 'routing_configs', columns: 'id name description type config enabled created_at updated_at'.split(' ') },
];

/** A row of `models`. */
export interface OldModel {
  readonly where: string;
  readonly id: string;
  readonly name: string;
  /** The name that the provider gets. */
  readonly identifier: string;
  readonly providerId: string;
  readonly protocol: string;
  readonly isVirtual: boolean;
  readonly enabled: boolean;
  readonly row: OldRecord;
}

/** All rows of `models`. */
export function readModels(data: ForeignData): readonly OldModel[] {
  return rowsOf(data, 'models').map((row, index) => {
    const name = textOf(row['name']);
    const identifier = textOf(row['model_identifier']);
    const quoted = quoteOldName(name || identifier);
    return {
      where: quoted === '' ? `models, row ${index + 1}` : `model ${quoted}`,
      id: textOf(row['id']),
      name,
      identifier,
      providerId: textOf(row['provider_id']),
      protocol: textOf(row['protocol']).toLowerCase(),
      isVirtual: flagOf(row['is_virtual'], false),
      enabled: flagOf(row['enabled'], true),
      row,
    };
  });
}

/** JSON of a column; undefined, with a note, when it cannot be read. */
export function readJson(row: OldRecord, column: string, where: string, notes: ImportNotes): unknown {
  const value = jsonOf(row[column]);
  if (value === undefined) notes.leftOut('field', where, `${column} is no JSON that can be read; left out`);
  return value;
}
