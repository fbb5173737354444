/** A key as it was written, with the word before it taken away where it begins with that word. */
export interface SchemedKey {
  readonly secret: string;
  /** The key does not begin as most do: it cannot be sent beside them. */
  readonly isOdd: boolean;
}

export interface KeyScheme {
  /** The word before every key, as `Bearer`; null: the bare key. */
  readonly scheme: string | null;
  readonly keys: readonly SchemedKey[];
}

const WITH_SCHEME = /^(?<scheme>[A-Za-z][A-Za-z0-9-]{0,31}) +(?<secret>\S+)$/u;

/** Older programs put a key into its header as it is, with whatever stood before it; here that word belongs to the provider. */
export function keySchemeOf(written: readonly string[]): KeyScheme {
  const parsed = written.map((text) => {
    const found = WITH_SCHEME.exec(text.trim())?.groups;
    return { scheme: found?.['scheme'] ?? null, secret: found?.['secret'] ?? text.trim() };
  });
  const counts = new Map<string | null, number>();
  for (const { scheme } of parsed) counts.set(scheme, (counts.get(scheme) ?? 0) + 1);
  const [scheme] = [...counts].toSorted(([, left], [, right]) => right - left)[0] ?? [null];
  return { scheme, keys: parsed.map((key) => ({ secret: key.secret, isOdd: key.scheme !== scheme })) };
}
