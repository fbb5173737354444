import { isLoopbackHost } from '../../../lib/network-address.ts';

/** Why an issuer must not be trusted with sign-ins, as the end of a sentence; null when it may. */
export function weaknessOfIssuer(issuer: string): string | null {
  if (!URL.canParse(issuer)) return 'is no URL';
  const { protocol, hostname, username, search, hash } = new URL(issuer);
  if (username !== '' || search !== '' || hash !== '') return 'must be a plain URL, without user, query or fragment';
  if (protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname))) return null;
  return 'must begin with https; http is for providers on this machine only';
}
