import type { IncomingMessage } from 'node:http';
import { clientAddress, type TrustProxy } from '../../gateway/http/client-address.ts';

/** Where a request came from, and how. */
export interface RequestFacts {
  address(request: IncomingMessage): string;
  isSecure(request: IncomingMessage): boolean;
}

/** What proxies say of a request counts only where they are trusted. */
export function requestFacts(trust: TrustProxy): RequestFacts {
  const isTrusted = (request: IncomingMessage): boolean =>
    typeof trust === 'function' ? trust(request.socket.remoteAddress ?? '') : trust !== false && trust !== 0;
  return {
    address: (request) => clientAddress(request, trust),
    isSecure: (request) => {
      if ('encrypted' in request.socket && request.socket.encrypted === true) return true;
      const scheme = request.headers['x-forwarded-proto'];
      return isTrusted(request) && typeof scheme === 'string' && scheme.split(',', 1)[0]?.trim().toLowerCase() === 'https';
    },
  };
}
