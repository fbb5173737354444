import type { ConfigView } from '../config/config-view.ts';

const USUAL = 'key-1';

/** The key that a program means that knows one key a provider; null: the provider has none. */
export function mainKeyOf(view: ConfigView, provider: string): string | null {
  const keys = view
    .list('provider-key')
    .filter(({ id }) => id.startsWith(`${provider}/`))
    .map(({ id }) => id.slice(provider.length + 1));
  return keys.includes(USUAL) ? USUAL : (keys[0] ?? null);
}
