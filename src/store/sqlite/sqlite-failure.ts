const CODES: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  17: 'SQLITE_SCHEMA',
  24: 'SQLITE_FORMAT',
  26: 'SQLITE_NOTADB',
};
const TEMPORARY = new Set(['SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_IOERR', 'SQLITE_FULL', 'SQLITE_SCHEMA']);

/** SQLite's name of what went wrong; empty when it was not SQLite, or is of no interest here. */
export function sqliteCode(error: unknown): string {
  const code: unknown = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  // The upper bytes hold details, such as which call of the file system failed.
  return typeof code === 'number' ? (CODES[code & 0xff] ?? '') : '';
}

/** True for what may be well again when it is tried later. */
export function isTemporary(error: unknown): boolean {
  return TEMPORARY.has(sqliteCode(error));
}
