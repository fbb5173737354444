const NEEDS_A_PERSON: Readonly<Record<string, string>> = {
  ER_ACCESS_DENIED_ERROR: 'refuses the user or the password',
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: 'refuses the user or the password',
  ER_DBACCESS_DENIED_ERROR: 'refuses the user',
  ER_BAD_DB_ERROR: 'does not exist',
  ER_TABLEACCESS_DENIED_ERROR: 'refuses the user what the ledger needs',
  HANDSHAKE_SSL_ERROR: 'shows a certificate that is not trusted, or cannot encrypt',
  HANDSHAKE_NO_SSL_SUPPORT: 'takes no encrypted connections, and sslmode asks for one',
};

/** What a person has to put right before this database can be used; null for everything that may be well again by itself. */
export function mysqlRefusal(error: Error): string | null {
  return NEEDS_A_PERSON['code' in error ? String(error.code) : ''] ?? null;
}
