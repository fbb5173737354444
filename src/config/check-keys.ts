import type { AuthScheme } from '../domain/preset.ts';
import { problemOfAwsCredentials } from './aws-credentials.ts';
import type { ConfigPath } from './config-path.ts';
import type { ConfigProblems } from './config-problems.ts';
import { isHeaderSafe, normaliseSecret } from './normalise-secret.ts';
import type { ProviderKeyConfig } from './schema/gateway-config-schema.ts';
import { readServiceAccount } from './service-account.ts';

/** As secrets stand in the database and in exports. */
const SEALED = /^sealed:v\d+:/u;

/**
 * Checks the keys of one pool: secrets of the form that the provider's auth needs, and nothing twice. Empty secrets are left out later and no
 * problem here.
 */
export function checkKeys(keys: readonly ProviderKeyConfig[], schemes: readonly AuthScheme[], path: ConfigPath, problems: ConfigProblems): void {
  const ids = new Map<string, number>();
  const secrets = new Map<string, number>();
  for (const [index, key] of keys.entries()) {
    const isBare = typeof key === 'string';
    const secret = normaliseSecret(isBare ? key : key.secret);
    const place = isBare ? [...path, index] : [...path, index, 'secret'];
    for (const problem of secret === '' ? [] : problemsOfSecret(secret, schemes)) problems.add(place, problem);
    const sameSecret = secrets.get(secret);
    if (secret !== '' && sameSecret !== undefined) problems.add(place, `repeats the secret of keys[${sameSecret}]`);
    secrets.set(secret, sameSecret ?? index);
    if (isBare || key.id === undefined) continue;
    const sameId = ids.get(key.id);
    if (sameId !== undefined) problems.add([...path, index, 'id'], `repeats the id of keys[${sameId}]`);
    ids.set(key.id, sameId ?? index);
  }
}

function problemsOfSecret(secret: string, schemes: readonly AuthScheme[]): readonly string[] {
  if (SEALED.test(secret))
    return ['is a sealed text: it opens where it was sealed, by an import of the export that it stands in, and is no secret itself'];
  const problems = schemes.map((scheme) => problemOfSecret(secret, scheme)).filter((problem) => problem !== null);
  return [...new Set(problems)];
}

function problemOfSecret(secret: string, scheme: AuthScheme): string | null {
  switch (scheme.in) {
    case 'header':
    case 'query':
      return isHeaderSafe(secret) ? null : 'must be one word of visible ASCII characters';
    case 'aws-sigv4':
      return problemOfAwsCredentials(secret);
    case 'google-service-account': {
      const account = readServiceAccount(secret);
      return typeof account === 'string' ? account : null;
    }
  }
}
