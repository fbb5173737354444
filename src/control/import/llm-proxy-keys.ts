import type { VirtualKeyConfig } from '../../config/schema/gateway-config-schema.ts';
import { hashedSecret, hashedSecretOfDigest } from './hashed-secret.ts';
import type { ImportNotes } from './import-notes.ts';
import { flagOf, numberOf, type OldRecord, recordOf, textsOf } from './old-values.ts';
import { stableSlugs } from './stable-slugs.ts';

/** A master key of llm-proxy (later: a credential), whether it stood in its file or in its database. */
export interface OldMasterKey {
  readonly where: string;
  readonly oldId: string;
  /** What its id is made of. */
  readonly name: string;
  /** Name for people; empty: none. */
  readonly label: string;
  /** The secret itself, or the hash that the database keeps of it. */
  readonly secret: { readonly is: 'plain' | 'hash'; readonly text: string };
  readonly fields: OldRecord;
}

type Limits = NonNullable<VirtualKeyConfig['limits']>;

const MOST_RATE = 1_000_000;
const PATTERN = /[()[\]{}|\\^$]|\.\+/u;

/** Master keys as virtual keys: the same secrets go on being accepted. */
export function llmProxyKeys(olds: readonly OldMasterKey[], notes: ImportNotes): readonly VirtualKeyConfig[] {
  const keys = olds.map((old) => ({ old, secretHash: hashOf(old, notes) })).filter(({ secretHash }) => secretHash !== null);
  const ids = stableSlugs(
    keys.map(({ old }) => ({ id: old.oldId, name: old.name })),
    'key',
  );
  return keys.map(({ old, secretHash }, index) => ({
    id: ids[index] ?? '',
    ...(old.label === '' ? {} : { name: old.label }),
    secretHash: secretHash ?? '',
    enabled: flagOf(old.fields['enabled'], true),
    ...allowedOf(old, notes),
    ...limitsOf(old, notes),
  }));
}

function hashOf({ secret, where }: OldMasterKey, notes: ImportNotes): string | null {
  const hash = secret.is === 'plain' ? hashedSecret(secret.text) : hashedSecretOfDigest(secret.text);
  if (hash !== null) return hash;
  const why =
    secret.text === ''
      ? 'no secret'
      : secret.is === 'plain'
        ? 'the secret is not one word of visible ASCII characters'
        : 'the secret is kept in a form that is no SHA-256 hash; give its client a new virtual key';
  notes.leftOut('virtual key', where, `${why}; left out`);
  return null;
}

/** No list allows all models; a list of which nothing is left must not. */
function allowedOf({ fields, where }: OldMasterKey, notes: ImportNotes): Partial<VirtualKeyConfig> {
  const written = fields['allowed_models'];
  const names = textsOf(written);
  if (names === null) {
    if (written === undefined || written === null) return {};
    notes.changed('virtual key', where, 'the list of allowed models cannot be read; switched off');
    return { enabled: false };
  }
  if (names.length === 0) return {};
  const models = names.filter((name) => !PATTERN.test(name) && name.length <= 256).map((name) => name.replaceAll('.*', '*'));
  if (models.length < names.length)
    notes.leftOut('model', where, 'an allowed model that is a regular expression is left out; write it with * or by name');
  if (models.length > 0) return { models };
  notes.changed('virtual key', where, 'none of its allowed models could be taken over; switched off');
  return { enabled: false };
}

/** A whole number of the database is requests a second; the file has a record with the size of the bucket. */
function limitsOf({ fields, where }: OldMasterKey, notes: ImportNotes): { limits?: Limits } {
  const written = fields['rate_limit'];
  if (written === undefined || written === null) return {};
  const record = recordOf(written);
  const rate = numberOf(record === null ? written : record['requests_per_second']);
  if (rate === null || rate < 0) {
    notes.changed('virtual key', where, 'the rate limit cannot be read; it blocks until it is written anew');
    return { limits: { requestsPerSecond: 0, burst: 0 } };
  }
  if (rate > MOST_RATE) notes.changed('field', where, `the rate limit is more than ${MOST_RATE} a second; it is that much here`);
  if (rate === 0) notes.told(where, 'a rate limit of 0 blocks every request, as the documents of llm-proxy say; leave it out for no limit');
  const burst = record === null ? (rate === 0 ? 0 : undefined) : burstOf(record['burst_size']);
  return { limits: { requestsPerSecond: Math.min(rate, MOST_RATE), ...(burst === undefined ? {} : { burst }) } };
}

function burstOf(value: unknown): number | undefined {
  const burst = numberOf(value);
  return burst === null || burst < 0 ? undefined : Math.min(Math.floor(burst), 1_000_000_000);
}
