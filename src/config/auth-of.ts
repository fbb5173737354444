import type { AuthScheme, Preset } from '../domain/preset.ts';
import type { ProviderConfig } from './schema/gateway-config-schema.ts';

const USUAL_SERVICE = 'bedrock';
const USUAL_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** How a provider's keys prove themselves: the operator's word, which holds for all protocols, else the preset's. */
export function authOf({ auth }: ProviderConfig, preset: Preset): Pick<Preset, 'auth' | 'authByProtocol'> {
  return auth === undefined ? preset : { auth: readAuth(auth), authByProtocol: {} };
}

/** Every scheme that a provider's keys must serve. */
export function schemesOf(provider: ProviderConfig, preset: Preset): readonly AuthScheme[] {
  const { auth, authByProtocol = {} } = authOf(provider, preset);
  return [auth, ...Object.values(authByProtocol)];
}

function readAuth(auth: NonNullable<ProviderConfig['auth']>): AuthScheme {
  switch (auth.in) {
    case 'aws-sigv4':
      return { in: auth.in, region: auth.region ?? null, service: auth.service ?? USUAL_SERVICE };
    case 'google-service-account':
      return { in: auth.in, scope: auth.scope ?? USUAL_SCOPE };
    case 'header':
    case 'query': {
      const name = auth.name ?? '';
      return { in: auth.in, name: auth.in === 'header' ? name.toLowerCase() : name, ...(auth.scheme === undefined ? {} : { scheme: auth.scheme }) };
    }
  }
}
