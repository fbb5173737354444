import type { ConfigPath } from './config-path.ts';
import type { ConfigProblems } from './config-problems.ts';
import type { ProviderConfig } from './schema/gateway-config-schema.ts';

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/u;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/u;

/** Headers that frame a message: they belong to the connection, never to the configuration. */
const FRAMING = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers by which clients show who they are to the gateway: they never reach an upstream. */
const CREDENTIALS = new Set(['authorization', 'cookie', 'x-api-key', 'x-goog-api-key', 'api-key', 'x-proxy-key', 'x-admin-token', 'x-llm-provider']);

/** Checks the headers that a provider gets: constant ones, those taken from the client, and the one of its key. */
export function checkHeaders(provider: ProviderConfig, path: ConfigPath, problems: ConfigProblems): void {
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(provider.headers ?? {})) {
    const place = [...path, 'headers', name];
    const lower = name.toLowerCase();
    if (!HEADER_NAME.test(name)) problems.add(place, 'must be a header name', 'name');
    else if (FRAMING.has(lower)) problems.add(place, 'belongs to the connection and cannot be set', 'name');
    else if (seen.has(lower)) problems.add(place, 'stands twice in another case', 'name');
    seen.add(lower);
    if (!HEADER_VALUE.test(value)) problems.add(place, 'must not hold line breaks or other control characters');
  }
  for (const [index, name] of (provider.forwardHeaders ?? []).entries()) {
    const lower = name.toLowerCase();
    if (FRAMING.has(lower) || CREDENTIALS.has(lower) || lower.startsWith('x-headgate-'))
      problems.add([...path, 'forwardHeaders', index], 'is never sent on to a provider');
  }
  const { auth } = provider;
  if (auth?.in === 'header' && FRAMING.has((auth.name ?? '').toLowerCase()))
    problems.add([...path, 'auth', 'name'], 'belongs to the connection and cannot carry a key');
}
