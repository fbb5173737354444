import type { HttpHeaders } from '../../lib/http-headers.ts';
import { nominatedHeaders } from './nominated-headers.ts';

/**
 * Never relayed: connection matters, framing (ours), and what would act on the gateway's own origin or name its upstream.
 * `content-encoding` and `content-length` are decided by whoever sends the body.
 */
const WITHHELD = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'content-encoding',
  'date',
  'server',
  'set-cookie',
  'set-cookie2',
  'content-security-policy',
  'content-security-policy-report-only',
  'clear-site-data',
  'service-worker-allowed',
  'strict-transport-security',
  'alt-svc',
  'nel',
  'report-to',
  'via',
  'public-key-pins',
  'x-frame-options',
  'www-authenticate',
  'x-request-id',
  'location',
  'refresh',
]);

/** The upstream's headers that a client gets, as a flat list. A value that carries the provider key is blanked. */
export function relayedHeaders(headers: HttpHeaders, secret: string): string[] {
  const out: string[] = [];
  const nominated = nominatedHeaders(headers['connection']);
  for (const name in headers) {
    if (WITHHELD.has(name) || nominated.has(name) || name.startsWith('access-control-') || name.startsWith('cf-') || name.startsWith('x-headgate-'))
      continue;
    const value = headers[name];
    if (value === undefined) continue;
    if (typeof value === 'string') out.push(name, clean(value, secret));
    else for (const one of value) out.push(name, clean(one, secret));
  }
  return out;
}

/** Shorter ones are nobody's real keys, and would be found inside ordinary words. */
const SHORTEST_SECRET = 8;

function clean(value: string, secret: string): string {
  if (secret.length < SHORTEST_SECRET) return value;
  const clean = value.includes(secret) ? value.replaceAll(secret, '[redacted]') : value;
  return clean.includes('%') ? clean.replaceAll(encodeURIComponent(secret), '[redacted]') : clean;
}
