import { isPrivateHost } from '../lib/network-address.ts';
import { matchAddresses, problemOfAddressRange } from './address-matcher.ts';

/** HTTPS_PROXY and NO_PROXY. */
export interface OutgoingProxy {
  readonly url: string;
  /** Names (`example.com` also means its sub-names), addresses, CIDR ranges, each with or without `:port`; `*` for everything. */
  readonly except: readonly string[];
}

/** The proxy for an origin; null: connect directly. Plain http and addresses of one's own network are never sent through it. */
export function proxyForOrigin(origin: string, proxy: OutgoingProxy | null): string | null {
  if (proxy === null) return null;
  const { protocol, hostname, port } = new URL(origin);
  if (protocol !== 'https:' || isPrivateHost(hostname)) return null;
  const host = hostname.replaceAll(/^\[|\]$/gu, '');
  return proxy.except.some((entry) => isExcepted(entry.toLowerCase(), host, port || '443')) ? null : proxy.url;
}

function isExcepted(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (problemOfAddressRange(entry) === null) return matchAddresses([entry])(host);
  const [, name = '', entryPort] = /^(.*?)(?::(\d{1,5}))?$/u.exec(entry) ?? [];
  if (entryPort !== undefined && entryPort !== port) return false;
  const bare = name.replace(/^\*?\./u, '');
  return bare !== '' && (host === bare || host.endsWith(`.${bare}`));
}
