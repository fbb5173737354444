import { isHeaderSafe } from '../../config/normalise-secret.ts';
import type { ProviderKeyConfig } from '../../config/schema/gateway-config-schema.ts';
import { secretDigest } from '../../config/secret-digest.ts';
import type { ForeignRow } from '../../store/foreign/foreign-data.ts';
import type { ImportNotes } from './import-notes.ts';
import { keySchemeOf } from './key-scheme.ts';

/** A row of `proxy_configs`. */
export interface RotatorConfig {
  readonly where: string;
  readonly oldId: string;
  readonly slug: string;
  readonly row: ForeignRow;
  readonly enabled: boolean;
}

/** A row of `api_keys`, as it was written. */
export interface RotatorKey {
  readonly where: string;
  readonly oldId: string;
  readonly written: string;
  readonly enabled: boolean;
}

/** Keys that can be sent, and the word before them, which only headers have. */
export function rotatorKeys(
  pool: readonly RotatorKey[],
  isHeader: boolean,
  where: string,
  notes: ImportNotes,
): { readonly scheme: string | null; readonly keys: ProviderKeyConfig[] } {
  const written = pool.filter((key) => key.written !== '' || leaveOut(key, 'no API key', notes));
  const schemed = keySchemeOf(isHeader ? written.map((key) => key.written) : []);
  const seen = new Map<string, string>();
  const keys = written.flatMap((key, index): ProviderKeyConfig[] => {
    const { secret, isOdd } = schemed.keys[index] ?? { secret: key.written, isOdd: false };
    const earlier = seen.get(secret);
    const problem = isOdd
      ? 'it begins with another word than the other keys do'
      : earlier !== undefined
        ? `it repeats the API key of ${earlier}`
        : isHeaderSafe(secret)
          ? null
          : 'the API key is not one word of visible ASCII characters';
    if (problem !== null) {
      leaveOut(key, problem, notes);
      return [];
    }
    seen.set(secret, key.where);
    // Numbers of a database are no names: what the keys have of their own is the secret.
    return [{ id: `k-${secretDigest(secret).slice(0, 16)}`, secret, enabled: key.enabled }];
  });
  if (keys.length === 0) notes.told(where, 'it has no key that can be used; enter one');
  return { scheme: schemed.scheme, keys };
}

function leaveOut(key: RotatorKey, problem: string, notes: ImportNotes): false {
  notes.leftOut('key', key.where, `${problem}; left out`);
  return false;
}
