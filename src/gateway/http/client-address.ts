import type { IncomingMessage } from 'node:http';

/** Whose forwarded-for chains are believed: nobody's, everybody's, that of so many proxies in front, or that of proxies at these addresses. */
export type TrustProxy = boolean | number | ((address: string) => boolean);

/** The client's address: the peer's, or the last entry of X-Forwarded-For that no trusted proxy vouches for. Never one that a client made up. */
export function clientAddress(request: IncomingMessage, trust: TrustProxy): string {
  const peer = request.socket.remoteAddress ?? '';
  const header = request.headers['x-forwarded-for'];
  if (trust === false || trust === 0 || header === undefined) return peer;
  const chain = [...(Array.isArray(header) ? header.join(',') : header).split(',').map((hop) => hop.trim()), peer];
  if (trust === true) return chain[0] ?? peer;
  if (typeof trust === 'number') return chain[Math.max(0, chain.length - 1 - trust)] ?? peer;
  for (let hop = chain.length - 1; hop > 0; hop -= 1) {
    const address = chain[hop] ?? peer;
    if (!trust(address)) return address;
  }
  return chain[0] ?? peer;
}
