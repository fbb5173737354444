const NEEDS_A_PERSON: Readonly<Record<string, string>> = {
  '28P01': 'refuses the user or the password',
  '28000': 'refuses the user',
  '3D000': 'does not exist',
  '42501': 'refuses the user what the ledger needs',
};

/** SQLSTATE: the server answered, and the connection is as good as before. */
const ANSWERED = /^[0-9A-Z]{5}$/;
/** Classes of answers that another try may not get: lost connections, too little of something, locks and deadlocks, a server that ends or may not write. */
const TEMPORARY = /^(?:08|53|57)|^(?:25006|40001|40P01|55P03)$/;

/** Whether the server gave a reason, and is not gone. */
export function isPostgresAnswer(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ANSWERED.test(String(error.code));
}

/** Whether the same may go well a moment later. */
export function isPostgresAway(error: unknown): boolean {
  if (error instanceof TypeError) return false;
  return !isPostgresAnswer(error) || TEMPORARY.test(String((error as { readonly code?: unknown }).code));
}

/** What a person has to put right before this database can be used; null for everything that may be well again by itself. */
export function postgresRefusal(error: Error): string | null {
  const code = 'code' in error ? String(error.code) : '';
  if (error.message.includes('does not support SSL')) return 'takes no encrypted connections, and sslmode asks for one';
  return NEEDS_A_PERSON[code] ?? null;
}
