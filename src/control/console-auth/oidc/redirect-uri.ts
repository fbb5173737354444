import { isLoopbackHost } from '../../../lib/network-address.ts';
import { OperationError } from '../../operation-error.ts';
import type { CallFacts } from '../call-facts.ts';

const PATH = '/api/auth/oidc/callback';

/**
 * Where the identity provider sends the browser back to. A Host header says so on this machine only: elsewhere anybody can write one.
 * @throws {OperationError} `unavailable`: PUBLIC_URL is not set.
 */
export function redirectUriOf(publicUrl: string | null, { headers, isSecure }: Pick<CallFacts, 'headers' | 'isSecure'>): string {
  if (publicUrl !== null) return publicUrl.replace(/\/+$/u, '') + PATH;
  const origin = `${isSecure ? 'https' : 'http'}://${headers['host'] ?? ''}`;
  const url = URL.canParse(origin) ? new URL(origin) : null;
  if (url !== null && url.host !== '' && isLoopbackHost(url.hostname)) return url.origin + PATH;
  throw new OperationError(
    'unavailable',
    'Signing in through an identity provider needs PUBLIC_URL, the address at which browsers find the console.',
  );
}
