/** The query (with its question mark) without the parameters of this name; every other byte stays as it came. */
export function withoutParameter(query: string, name: string): string {
  if (query === '') return query;
  const pairs = query.slice(1).split('&');
  const kept = pairs.filter((pair) => decodeName(pair.split('=', 1)[0] ?? '') !== name);
  if (kept.length === pairs.length) return query;
  return kept.length === 0 ? '' : `?${kept.join('&')}`;
}

function decodeName(raw: string): string {
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '));
  } catch {
    return raw;
  }
}
