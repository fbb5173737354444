const NEEDS_A_PERSON: Readonly<Record<string, string>> = {
  ER_ACCESS_DENIED_ERROR: 'refuses the user or the password',
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: 'refuses the user or the password',
  ER_DBACCESS_DENIED_ERROR: 'refuses the user',
  ER_BAD_DB_ERROR: 'does not exist',
  ER_TABLEACCESS_DENIED_ERROR: 'refuses the user what the ledger needs',
  HANDSHAKE_SSL_ERROR: 'shows a certificate that is not trusted, or cannot encrypt',
  HANDSHAKE_NO_SSL_SUPPORT: 'takes no encrypted connections, and sslmode asks for one',
};

const TEMPORARY: ReadonlySet<unknown> = new Set([
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_LOCK_DEADLOCK',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_DISK_FULL',
  'ER_RECORD_FILE_FULL',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_QUERY_INTERRUPTED',
]);

/** Whether the server gave a reason, and is not gone. */
export function isMysqlAnswer(error: unknown): boolean {
  return error instanceof Error && 'sqlState' in error && !('fatal' in error && error.fatal === true);
}

/** Whether the same may go well a moment later. */
export function isMysqlAway(error: unknown): boolean {
  if (error instanceof TypeError) return false;
  return !isMysqlAnswer(error) || TEMPORARY.has((error as { readonly code?: unknown }).code);
}

/** What a person has to put right before this database can be used; null for everything that may be well again by itself. */
export function mysqlRefusal(error: Error): string | null {
  return NEEDS_A_PERSON['code' in error ? String(error.code) : ''] ?? null;
}
