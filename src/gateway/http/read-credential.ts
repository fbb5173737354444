import type { IncomingMessage } from 'node:http';
import type { PathMatch } from './match-path.ts';

/** The query parameter that Gemini's clients put their key in. */
const KEY_PARAMETER = /[?&]key=([^&]*)/;
const BEARER = /^bearer +(\S+) *$/i;

/**
 * The credential of a request, or null. The first that is there wins, valid or not: x-api-key, x-goog-api-key, Authorization, X-Proxy-Key,
 * `?key=` on Gemini paths; under /proxy X-Proxy-Key comes first. The one function that reads client credentials; none is ever sent on.
 */
export function readCredential(request: IncomingMessage, match: PathMatch): string | null {
  const { headers } = request;
  const proxyKey = one(headers['x-proxy-key']);
  if (match.protocol === 'rest' && proxyKey !== null) return proxyKey;
  const named = one(headers['x-api-key']) ?? one(headers['x-goog-api-key']);
  if (named !== null) return named;
  if (headers.authorization !== undefined && headers.authorization !== '') {
    return BEARER.exec(headers.authorization)?.[1] ?? '';
  }
  if (proxyKey !== null) return proxyKey;
  const inQuery = match.base === 'gemini-generate' ? KEY_PARAMETER.exec(match.query) : null;
  return inQuery === null ? null : decode(inQuery[1] ?? '');
}

function one(value: string | string[] | undefined): string | null {
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined || first === '' ? null : first.trim();
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
