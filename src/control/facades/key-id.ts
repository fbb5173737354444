/** A provider key under one name: slugs of providers hold no dot, so the first one parts them. Older programs know keys by one id. */
export function keyIdOf(provider: string, key: string): string {
  return `${provider}.${key}`;
}

/** Null: this is the name of no key. */
export function readKeyId(id: string): { readonly provider: string; readonly key: string } | null {
  const dot = id.indexOf('.');
  return dot <= 0 || dot === id.length - 1 ? null : { provider: id.slice(0, dot), key: id.slice(dot + 1) };
}
