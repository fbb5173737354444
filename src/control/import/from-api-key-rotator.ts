import type { ProviderConfig } from '../../config/schema/gateway-config-schema.ts';
import type { PresetCatalogue } from '../../domain/preset.ts';
import type { ForeignData, ForeignRow, ForeignTableWish } from '../../store/foreign/foreign-data.ts';
import type { ImportDraft } from './import-draft.ts';
import { ImportNotes } from './import-notes.ts';
import { flagOf, textOf } from './old-values.ts';
import { noteUnread, requireTables, rowsOf } from './old-tables.ts';
import { quoteOldName } from './quote-old-name.ts';
import type { RotatorConfig, RotatorKey } from './rotator-keys.ts';
import { modelServiceOfRotator } from './rotator-llm.ts';
import { restOfRotator } from './rotator-rest.ts';
import { settleDraft } from './settle-draft.ts';
import { stableSlugs } from './stable-slugs.ts';

/** What is read. */
export const API_KEY_ROTATOR_TABLES: readonly ForeignTableWish[] = [
  {
    name: 'proxy_configs',
    columns:
      'id name slug config_type is_active method target_url target_base_url api_key_location api_key_name api_format output_format created_at updated_at'.split(
        ' ',
      ),
  },
  { name: 'api_keys', columns: 'id key_value is_active proxy_config_id'.split(' ') },
];

const UNREAD: Readonly<Record<string, string>> = { sqlite_sequence: 'counters of the database; not needed' };

/**
 * Takes over the database of api-key-rotator. Slugs stay ids, so that `/llm/{slug}` and `/proxy/{slug}` stay addresses.
 * @throws {OperationError} When it is another program's.
 */
export function fromApiKeyRotator(data: ForeignData, presets: PresetCatalogue): ImportDraft {
  requireTables(data, 'api-key-rotator', [
    { table: 'proxy_configs', columns: ['slug', 'config_type'] },
    { table: 'api_keys', columns: ['key_value', 'proxy_config_id'] },
  ]);
  const notes = new ImportNotes();
  noteUnread(data, UNREAD, notes);
  const configs = rowsOf(data, 'proxy_configs').map((row, index) => readConfig(row, index, notes));
  const keys = keysByConfig(rowsOf(data, 'api_keys'), new Set(configs.map(({ oldId }) => oldId)), notes);
  const providers = providersOf(configs, keys, presets, notes);
  notes.told(
    'environment',
    'GLOBAL_PROXY_KEYS, the keys of its clients, are no part of the database: set the same variable here and they go on being accepted. So it is with ADMIN_USERNAME and ADMIN_PASSWORD',
  );
  notes.told('proxy_configs', 'the dates of creation and change are not carried, and every rotation begins anew');
  return settleDraft('api-key-rotator', { providers, virtualKeys: [] }, notes, presets);
}

function readConfig(row: ForeignRow, index: number, notes: ImportNotes): RotatorConfig {
  const slug = textOf(row['slug']);
  const quoted = quoteOldName(slug);
  const where = quoted === '' ? `proxy_configs, row ${index + 1}` : `proxy_configs ${quoted}`;
  if (row['is_active'] === null) notes.told(where, 'it is not said whether it is active; switched on');
  return { where, oldId: textOf(row['id']) || slug || where, slug, row, enabled: flagOf(row['is_active'], true) };
}

function keysByConfig(rows: readonly ForeignRow[], configs: ReadonlySet<string>, notes: ImportNotes): ReadonlyMap<string, readonly RotatorKey[]> {
  const keys = new Map<string, RotatorKey[]>();
  for (const [index, row] of rows.entries()) {
    const where = `api_keys, row ${index + 1}`;
    const config = textOf(row['proxy_config_id']);
    if (!configs.has(config)) {
      notes.leftOut('key', where, 'its proxy config is not there; left out');
      continue;
    }
    const key = { where, oldId: textOf(row['id']) || where, written: textOf(row['key_value']), enabled: flagOf(row['is_active'], true) };
    const pool = keys.get(config);
    if (pool === undefined) keys.set(config, [key]);
    else pool.push(key);
  }
  return keys;
}

function providersOf(
  configs: readonly RotatorConfig[],
  keys: ReadonlyMap<string, readonly RotatorKey[]>,
  presets: PresetCatalogue,
  notes: ImportNotes,
): readonly ProviderConfig[] {
  const ids = stableSlugs(
    configs.map(({ oldId, slug }) => ({ id: oldId, name: slug })),
    'provider',
  );
  return configs.flatMap((config, index) => {
    const id = ids[index] ?? '';
    const pool = keys.get(config.oldId) ?? [];
    const type = textOf(config.row['config_type']).toLowerCase();
    const provider =
      type === 'generic'
        ? restOfRotator(config, pool, notes)
        : type === 'llm'
          ? modelServiceOfRotator(config, pool, presets, notes)
          : `the type ${quoteOldName(type)} is not known`;
    if (typeof provider === 'string') {
      notes.leftOut('provider', config.where, `${provider}; left out`);
      return [];
    }
    if (id !== config.slug)
      notes.changed('provider', config.where, `its slug is no slug here: its clients have to write /${type === 'llm' ? 'llm' : 'proxy'}/${id}`);
    const name = textOf(config.row['name']);
    return [{ id, ...(name === '' ? {} : { name }), enabled: config.enabled, ...provider }];
  });
}
