import { isDeepStrictEqual } from 'node:util';
import { normaliseSecret } from '../../config/normalise-secret.ts';
import type { ProviderConfig, ProviderKeyConfig } from '../../config/schema/gateway-config-schema.ts';
import { secretDigest } from '../../config/secret-digest.ts';
import type { ImportCounts } from './import-counts.ts';

/** What becomes of a provider of the draft. `kept`: one of its id is there, differs, and stays as it is. */
export interface ProviderPlan {
  readonly id: string;
  readonly what: 'new' | 'same' | 'changed' | 'kept';
  readonly keys: ImportCounts;
  readonly line: string;
}

type Fields = Omit<ProviderConfig, 'keys'>;

/** Fields that say where a key goes: keys of other places must not be sent there. */
const DESTINATION = ['kind', 'preset', 'protocols', 'rest', 'auth', 'proxyUrl'] as const;

/** Joins a provider of the draft with the one of its id that is there. Keys come to it only when it leads to the same place. */
export function mergeProvider(
  drafted: ProviderConfig,
  present: ProviderConfig | null,
): { readonly plan: ProviderPlan; readonly provider: ProviderConfig } {
  const { id } = drafted;
  const keys = drafted.keys ?? [];
  if (present === null) {
    const counts = { added: keys.length, skipped: 0, leftOut: 0 };
    return { plan: { id, what: 'new', keys: counts, line: `+ provider ${id} (${keysOf(keys.length)})` }, provider: drafted };
  }
  const differing = differingFields(drafted, present);
  const fresh = freshKeys(keys, present.keys ?? []);
  const skipped = keys.length - fresh.length;
  if (DESTINATION.some((field) => differing.includes(field))) {
    const line = `~ provider ${id} (there already, and differs in ${differing.join(', ')}; left as it is, and without ${keysOf(fresh.length)} of the import)`;
    return { plan: { id, what: 'kept', keys: { added: 0, skipped, leftOut: fresh.length }, line }, provider: present };
  }
  const what = fresh.length > 0 ? 'changed' : differing.length > 0 ? 'kept' : 'same';
  const keep = differing.length > 0 ? `; its ${differing.join(', ')} left as there` : '';
  const line =
    fresh.length > 0
      ? `~ provider ${id} (${keysOf(fresh.length)} to add, ${skipped} there already${keep})`
      : `${keep === '' ? '=' : '~'} provider ${id} (there already, ${keep === '' ? 'unchanged' : `left as it is${keep}`})`;
  const provider = fresh.length === 0 ? present : { ...present, keys: [...(present.keys ?? []), ...fresh] };
  return { plan: { id, what, keys: { added: fresh.length, skipped, leftOut: 0 }, line }, provider };
}

function keysOf(count: number): string {
  return count === 1 ? '1 key' : `${count} keys`;
}

function differingFields(drafted: ProviderConfig, present: ProviderConfig): readonly string[] {
  const [left, right] = [withDefaults(drafted), withDefaults(present)];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])] as (keyof Fields)[];
  return names.filter((name) => name !== 'id' && !isDeepStrictEqual(left[name], right[name]));
}

function withDefaults({ keys: _, ...fields }: ProviderConfig): Fields {
  const kind = fields.kind ?? (fields.preset === 'rest' ? 'rest' : 'llm');
  return { enabled: true, weight: 1, verifyTls: true, name: fields.id, preset: kind === 'rest' ? 'rest' : 'custom', ...fields, kind };
}

/** Keys whose secret is not there; an id that another key has already gets digits of the secret's hash. */
function freshKeys(drafted: readonly ProviderKeyConfig[], present: readonly ProviderKeyConfig[]): ProviderKeyConfig[] {
  const digests = new Set(present.map(digestOf));
  const ids = new Set(present.map((key) => (typeof key === 'string' ? '' : (key.id ?? ''))));
  return drafted
    .filter((key) => !digests.has(digestOf(key)))
    .map((key) => {
      if (typeof key === 'string' || key.id === undefined || !ids.has(key.id)) return key;
      return { ...key, id: `${key.id.slice(0, 47)}-${digestOf(key).slice(0, 16)}` };
    });
}

function digestOf(key: ProviderKeyConfig): string {
  return secretDigest(normaliseSecret(typeof key === 'string' ? key : key.secret));
}
