const NONE: ReadonlySet<string> = new Set();

/** Names, in lower case, that a Connection header declares as meant for the next hop only (RFC 9110, 7.6.1). */
export function nominatedHeaders(connection: string | readonly string[] | undefined): ReadonlySet<string> {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return NONE;
  const names = typeof connection === 'string' ? connection : connection.join(',');
  return new Set(names.split(',').map((name) => name.trim().toLowerCase()));
}
