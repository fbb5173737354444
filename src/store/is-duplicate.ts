/** What each database calls a value that has to be unique and is not: for SQLite SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY. */
const SQLITE_CODES: readonly unknown[] = [2067, 1555];
const SERVER_CODES: readonly unknown[] = ['23505', 'ER_DUP_ENTRY'];

/** Whether a database refused a row because one with the same unique value is there. */
export function isDuplicate(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('errcode' in error && SQLITE_CODES.includes(error.errcode)) || ('code' in error && SERVER_CODES.includes(error.code));
}
