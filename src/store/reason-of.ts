/** Why something failed, in the words of whoever noticed. */
export function reasonOf(error: unknown): string {
  // Failed connections to a name with several addresses have no message of their own.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
