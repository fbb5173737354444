import type { Preset } from '../domain/preset.ts';
import { authOf } from './auth-of.ts';
import { regionOfAddress } from './aws-credentials.ts';
import { kindOfProvider } from './kind-of-provider.ts';
import type { ConfigPath } from './config-path.ts';
import type { ConfigProblems } from './config-problems.ts';
import type { ProviderConfig } from './schema/gateway-config-schema.ts';

type AuthConfig = NonNullable<ProviderConfig['auth']>;

const FIELDS: Readonly<Record<AuthConfig['in'], readonly (keyof AuthConfig)[]>> = {
  header: ['in', 'name', 'scheme'],
  query: ['in', 'name'],
  'aws-sigv4': ['in', 'region', 'service'],
  'google-service-account': ['in', 'scope'],
};

/** Checks that the fields of `auth` fit what it says, and that AWS requests have a region to be signed for. */
export function checkAuth(provider: ProviderConfig, preset: Preset, path: ConfigPath, problems: ConfigProblems): void {
  const place = [...path, 'auth'];
  const { auth } = provider;
  if (auth !== undefined) {
    for (const field of Object.keys(auth) as (keyof AuthConfig)[]) {
      if (!FIELDS[auth.in].includes(field)) problems.add([...place, field], `has no meaning for a key in: ${auth.in}`, 'name');
    }
    if (FIELDS[auth.in].includes('name') && auth.name === undefined) problems.add(place, 'needs the field "name"');
    if (auth.scope !== undefined && !URL.canParse(auth.scope)) problems.add([...place, 'scope'], 'must be the URL of a scope');
  }
  checkAws(provider, preset, auth === undefined ? path : place, problems);
}

function checkAws(provider: ProviderConfig, preset: Preset, place: ConfigPath, problems: ConfigProblems): void {
  const { auth } = authOf(provider, preset);
  if (auth.in !== 'aws-sigv4') return;
  if (kindOfProvider(provider) === 'rest') {
    problems.add(place, 'cannot sign requests for AWS, because bodies of a provider of kind rest are not held');
    return;
  }
  if (auth.region !== null) return;
  const addresses = Object.values({ ...preset.protocols, ...provider.protocols });
  if (addresses.some((address) => address !== undefined && regionOfAddress(address) === null))
    problems.add(place, 'needs a region to sign requests for: write "auth: { in: aws-sigv4, region: us-east-1 }"');
}
