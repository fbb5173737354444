import type { IncomingHttpHeaders } from 'node:http';

/** The credential that a request carries, without its scheme word, or null. Looks where the vendors look. */
export function seenKey(headers: IncomingHttpHeaders, url: string): string | null {
  const authorization = headers.authorization;
  if (authorization !== undefined) {
    const space = authorization.indexOf(' ');
    return space === -1 ? authorization : authorization.slice(space + 1).trim();
  }
  for (const name of ['x-api-key', 'x-goog-api-key', 'api-key']) {
    const value = headers[name];
    if (typeof value === 'string') return value;
  }
  const query = url.indexOf('?');
  return query === -1 ? null : new URLSearchParams(url.slice(query + 1)).get('key');
}
