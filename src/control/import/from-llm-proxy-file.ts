import { ConfigError } from '../../config/config-error.ts';
import { ConfigProblems } from '../../config/config-problems.ts';
import { type Environment, expandEnvironment } from '../../config/expand-environment.ts';
import { isLegacyLlmProxy } from '../../config/legacy-llm-proxy.ts';
import { secretDigest } from '../../config/secret-digest.ts';
import { parseYaml } from '../../config/yaml-document.ts';
import type { PresetCatalogue } from '../../domain/preset.ts';
import { OperationError } from '../operation-error.ts';
import type { ImportDraft } from './import-draft.ts';
import { ImportNotes } from './import-notes.ts';
import { noteUnknownFields } from './known-fields.ts';
import { llmProxyKeys, type OldMasterKey } from './llm-proxy-keys.ts';
import { llmProxyProviders, type OldProvider } from './llm-proxy-providers.ts';
import { flagOf, numberOf, type OldRecord, recordOf, textOf } from './old-values.ts';
import { settleDraft } from './settle-draft.ts';

const ROOT_FIELDS = new Set(['providers', 'master_keys', 'credentials', 'server', 'verify_ssl', 'request_timeout_secs']);
const PROVIDER_FIELDS = new Set(['name', 'api_base', 'api_key', 'weight', 'model_mapping', 'enabled', 'provider_type']);
const KEY_FIELDS = new Set(['name', 'key', 'credential_key', 'enabled', 'allowed_models', 'rate_limit']);
const ONE_DAY_SECONDS = 86_400;

/**
 * Takes over the config.yaml of llm-proxy. Variables in it are those of the environment that is given.
 * @throws {OperationError} When the text is no such file; it never repeats a value of it.
 */
export function fromLlmProxyFile(text: string, environment: Environment, presets: PresetCatalogue): ImportDraft {
  const root = readRoot(text);
  const notes = new ImportNotes();
  noteUnknownFields(root, ROOT_FIELDS, 'config.yaml', notes);
  const expand = expanderOf(environment, notes);
  const providers = entriesOf(root, 'providers', expand).map((entry) => providerOf(entry, notes));
  const keys = [...entriesOf(root, 'master_keys', expand), ...entriesOf(root, 'credentials', expand)].map((entry) => keyOf(entry, notes));
  const settings = settingsOf(
    expand({ server: root['server'], verify_ssl: root['verify_ssl'], request_timeout_secs: root['request_timeout_secs'] }, ''),
    notes,
  );
  if (keys.length === 0) notes.told('master_keys', 'llm-proxy was open without any; here every request is answered 401 unless ALLOW_ANONYMOUS=true');
  return settleDraft(
    'llm-proxy',
    { providers: llmProxyProviders(providers, settings, presets, notes), virtualKeys: llmProxyKeys(keys, notes) },
    notes,
    presets,
  );
}

interface Entry {
  readonly where: string;
  readonly fields: OldRecord;
}

function readRoot(text: string): OldRecord {
  let root: OldRecord | null;
  try {
    const { value } = parseYaml(text, 'config.yaml');
    root = isLegacyLlmProxy(value) ? recordOf(value) : null;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new OperationError('invalid_request', `The file cannot be read, so nothing was imported. ${error.message}`);
  }
  if (root !== null) return root;
  throw new OperationError(
    'invalid_request',
    'The file holds neither providers with an api_base nor master_keys, so it is not the config.yaml of llm-proxy. Nothing was imported.',
  );
}

type Expand = (value: OldRecord, where: string) => OldRecord;

/** Puts variables into one record; what needs one that is not set is told, and left out later for what it lacks. */
function expanderOf(environment: Environment, notes: ImportNotes): Expand {
  return (value, where) => {
    const problems = new ConfigProblems({ source: 'config.yaml', locate: () => null });
    const expanded = expandEnvironment(value, environment, problems);
    try {
      problems.throwIfAny();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const { path, message } of error.problems) notes.told(where === '' ? path : `${where}.${path}`, message);
    }
    return recordOf(expanded.value) ?? {};
  };
}

function entriesOf(root: OldRecord, list: string, expand: Expand): readonly Entry[] {
  const values = root[list];
  if (!Array.isArray(values)) return [];
  return values.map((value: unknown, index) => {
    const where = `${list}[${index}]`;
    return { where, fields: expand(recordOf(value) ?? {}, where) };
  });
}

function providerOf({ where, fields }: Entry, notes: ImportNotes): OldProvider {
  noteUnknownFields(fields, PROVIDER_FIELDS, where, notes);
  const name = textOf(fields['name']);
  // Several providers may share a name there: the address and the key tell them apart.
  return { where, oldId: `${name} ${textOf(fields['api_base'])} ${secretDigest(textOf(fields['api_key']))}`, name, fields };
}

function keyOf({ where, fields }: Entry, notes: ImportNotes): OldMasterKey {
  noteUnknownFields(fields, KEY_FIELDS, where, notes);
  const name = textOf(fields['name']);
  const text = textOf(fields['key']) || textOf(fields['credential_key']);
  return { where, oldId: `${name} ${secretDigest(text)}`, name, label: name, secret: { is: 'plain', text }, fields };
}

function settingsOf(fields: OldRecord, notes: ImportNotes): { readonly verifyTls: boolean; readonly timeoutMs: number | null } {
  if (recordOf(fields['server']) !== null) notes.leftOut('field', 'server', 'host and port are those of this gateway: set HOST and PORT');
  const verifyTls = flagOf(fields['verify_ssl'], true);
  if (!verifyTls) notes.told('verify_ssl', 'the certificates of the imported providers are not checked here either; set verifyTls to check them');
  const seconds = numberOf(fields['request_timeout_secs']);
  if (seconds !== null && (seconds <= 0 || seconds > ONE_DAY_SECONDS))
    notes.leftOut('field', 'request_timeout_secs', 'no time between a second and a day; the defaults hold');
  return { verifyTls, timeoutMs: seconds !== null && seconds > 0 && seconds <= ONE_DAY_SECONDS ? Math.round(seconds * 1000) : null };
}
