import type { PresetCatalogue } from '../../domain/preset.ts';
import type { ForeignData, ForeignRow, ForeignTableWish } from '../../store/foreign/foreign-data.ts';
import { OperationError } from '../operation-error.ts';
import type { ImportDraft } from './import-draft.ts';
import { ImportNotes } from './import-notes.ts';
import { llmProxyKeys, type OldMasterKey } from './llm-proxy-keys.ts';
import { llmProxyProviders, type OldProvider } from './llm-proxy-providers.ts';
import { isSet, jsonOf, textOf } from './old-values.ts';
import { noteUnread, requireTables, rowsOf } from './old-tables.ts';
import { settleDraft } from './settle-draft.ts';

/** What is read; older versions have `master_keys`, later ones `credentials` and numbers as ids. */
export const LLM_PROXY_TABLES: readonly ForeignTableWish[] = [
  {
    name: 'providers',
    columns: 'id provider_key provider_type api_base api_key model_mapping weight provider_params lua_script is_enabled created_at updated_at'.split(
      ' ',
    ),
  },
  { name: 'master_keys', columns: 'key_hash key id name allowed_models rate_limit is_enabled created_at updated_at'.split(' ') },
  { name: 'credentials', columns: 'credential_key key id name allowed_models rate_limit is_enabled created_at updated_at'.split(' ') },
];

const UNREAD: Readonly<Record<string, string>> = {
  config_version: 'the count of changes; revisions are counted anew here',
  schema_migrations: 'the state of that program’s own schema; not needed',
  request_logs: 'records of past requests are not carried',
  error_logs: 'records of past failures are not carried',
};

/**
 * Takes over the database of llm-proxy, of which PostgreSQL is its own.
 * @throws {OperationError} When it is another program's.
 */
export function fromLlmProxyDatabase(data: ForeignData, presets: PresetCatalogue): ImportDraft {
  requireTables(data, 'llm-proxy', [{ table: 'providers', columns: ['api_base', 'api_key'] }]);
  if (!data.tables.has('master_keys') && !data.tables.has('credentials'))
    throw new OperationError(
      'invalid_request',
      `The database ${data.label} has neither a table "master_keys" nor a table "credentials", so it is not one of llm-proxy. Nothing was imported.`,
    );
  const notes = new ImportNotes();
  noteUnread(data, UNREAD, notes);
  const providers = rowsOf(data, 'providers').map((row, index) => providerOf(row, index, notes));
  const keys = [
    ...rowsOf(data, 'master_keys').map((row, index) => keyOf(row, 'master_keys', 'key_hash', index)),
    ...rowsOf(data, 'credentials').map((row, index) => keyOf(row, 'credentials', 'credential_key', index)),
  ];
  if (keys.length === 0)
    notes.told('master_keys', 'there are none; here every request without a virtual key is answered 401 unless ALLOW_ANONYMOUS=true');
  notes.told('environment', 'ADMIN_KEY, VERIFY_SSL, REQUEST_TIMEOUT_SECS and their like are no part of the database: set them here again');
  notes.told('providers and keys', 'the dates of creation and change are not carried');
  return settleDraft(
    'llm-proxy',
    {
      providers: llmProxyProviders(providers, { verifyTls: true, timeoutMs: null }, presets, notes),
      virtualKeys: llmProxyKeys(keys, notes),
    },
    notes,
    presets,
  );
}

function providerOf(row: ForeignRow, index: number, notes: ImportNotes): OldProvider {
  const where = `providers, row ${index + 1}`;
  const name = textOf(row['provider_key']) || textOf(row['id']);
  for (const column of ['provider_params', 'lua_script'])
    if (isSet(jsonOf(row[column]) ?? row[column])) notes.leftOut('field', where, `${column} has no counterpart here; left out`);
  const fields = {
    ...row,
    enabled: row['is_enabled'],
    model_mapping: jsonOf(row['model_mapping']) ?? (isSet(row['model_mapping']) ? row['model_mapping'] : null),
  };
  return { where, oldId: name || where, name, fields };
}

function keyOf(row: ForeignRow, table: string, hashColumn: string, index: number): OldMasterKey {
  const where = `${table}, row ${index + 1}`;
  const plain = textOf(row['key']);
  const name = textOf(row['name']);
  const id = textOf(row['id']);
  const allowed = jsonOf(row['allowed_models']);
  return {
    where,
    oldId: id || name || where,
    // Ids of the first versions are names that the operator gave; later ones are numbers.
    name: table === 'master_keys' && id !== '' ? id : name || id,
    label: name,
    secret: plain === '' ? { is: 'hash', text: textOf(row[hashColumn]) } : { is: 'plain', text: plain },
    fields: { enabled: row['is_enabled'], rate_limit: row['rate_limit'], allowed_models: allowed === undefined ? row['allowed_models'] : allowed },
  };
}
