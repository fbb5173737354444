import type { ConfigPath } from './config-path.ts';
import type { ConfigProblems } from './config-problems.ts';
import { isHeaderSafe, normaliseSecret } from './normalise-secret.ts';
import type { ProviderKeyConfig } from './schema/gateway-config-schema.ts';

/** Checks the keys of one pool: usable signs, and nothing twice. Empty secrets are left out later and no problem here. */
export function checkKeys(keys: readonly ProviderKeyConfig[], path: ConfigPath, problems: ConfigProblems): void {
  const ids = new Map<string, number>();
  const secrets = new Map<string, number>();
  for (const [index, key] of keys.entries()) {
    const isBare = typeof key === 'string';
    const secret = normaliseSecret(isBare ? key : key.secret);
    const place = isBare ? [...path, index] : [...path, index, 'secret'];
    if (!isHeaderSafe(secret)) problems.add(place, 'must be one word of visible ASCII characters');
    const sameSecret = secrets.get(secret);
    if (secret !== '' && sameSecret !== undefined) problems.add(place, `repeats the secret of keys[${sameSecret}]`);
    secrets.set(secret, sameSecret ?? index);
    if (isBare || key.id === undefined) continue;
    const sameId = ids.get(key.id);
    if (sameId !== undefined) problems.add([...path, index, 'id'], `repeats the id of keys[${sameId}]`);
    ids.set(key.id, sameId ?? index);
  }
}
