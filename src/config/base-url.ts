import type { Preset } from '../domain/preset.ts';
import type { ProtocolName } from '../domain/protocol.ts';
import { isMetadataHost } from '../lib/network-address.ts';
import type { BaseUrl } from './snapshot.ts';

/** Ends of whole endpoints: written by mistake, they would stand twice in every upstream path. */
const WHOLE_ENDPOINT = /\/chat\/completions$|:(?:stream)?generateContent$/iu;

/** What is wrong with a base URL as the end of a sentence; null when it can be used. Never repeats the URL, which may hold credentials. */
export function problemOfBaseUrl(written: string): string | null {
  if (!URL.canParse(written) || !/^https?:\/\/[^/]/iu.test(written)) return 'must be a URL that begins with http:// or https://';
  const url = new URL(written);
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password; keys belong into `keys`';
  if (written.includes('#')) return 'must not have a fragment (#)';
  if (written.includes('?')) return 'must not have a query (?); use `headers` or `auth` instead';
  if (isMetadataHost(url.hostname)) return 'is the address of a cloud metadata service, which is never called';
  if (WHOLE_ENDPOINT.test(trimSlashes(url.pathname))) return 'is a whole endpoint; write the base URL, as https://api.openai.com/v1';
  return null;
}

/** Takes a URL that `problemOfBaseUrl` found usable. */
export function parseBaseUrl(written: string): BaseUrl {
  const url = new URL(written);
  const path = trimSlashes(url.pathname);
  return { origin: url.origin, path, href: url.origin + path };
}

/** A base URL that the operator wrote: used as it is, except that a bare origin gets a path. */
export function resolveBaseUrl(written: string, protocol: ProtocolName, preset: Preset): BaseUrl {
  const base = parseBaseUrl(written);
  if (base.path !== '') return base;
  const path = pathForBareOrigin(base.origin, protocol, preset);
  return { origin: base.origin, path, href: base.origin + path };
}

/** The preset's own path on the preset's own origin, else what the preset or the protocol usually has. */
function pathForBareOrigin(origin: string, protocol: ProtocolName, preset: Preset): string {
  const own = preset.protocols[protocol];
  if (own !== undefined && new URL(own).origin === origin) return parseBaseUrl(own).path;
  return preset.usualPath ?? (protocol === 'gemini-generate' ? '/v1beta' : '/v1');
}

function trimSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}
