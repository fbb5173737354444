const NEEDS_A_PERSON: Readonly<Record<string, string>> = {
  '28P01': 'refuses the user or the password',
  '28000': 'refuses the user',
  '3D000': 'does not exist',
  '42501': 'refuses the user what the ledger needs',
};

/** What a person has to put right before this database can be used; null for everything that may be well again by itself. */
export function postgresRefusal(error: Error): string | null {
  const code = 'code' in error ? String(error.code) : '';
  if (error.message.includes('does not support SSL')) return 'takes no encrypted connections, and sslmode asks for one';
  return NEEDS_A_PERSON[code] ?? null;
}
