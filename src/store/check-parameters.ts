/** What every database takes as the value of a parameter. */
export type SqlParameter = string | number | bigint | Uint8Array | null;

/**
 * Refuses what drivers would silently take for something else: objects for JSON or for named parameters, NaN and undefined for null.
 * @throws {TypeError}
 */
export function checkParameters(sql: string, parameters: readonly unknown[]): SqlParameter[] {
  const index = parameters.findIndex((value) => !isParameter(value));
  if (index === -1) return parameters as SqlParameter[];
  const value = parameters[index];
  const kind = typeof value === 'number' ? String(value) : typeof value;
  throw new TypeError(`Parameter ${index + 1} of \`${sql.slice(0, 80)}\` is of kind ${kind}; a database takes text, numbers, bytes and null.`);
}

function isParameter(value: unknown): value is SqlParameter {
  if (value === null || typeof value === 'string' || typeof value === 'bigint' || value instanceof Uint8Array) return true;
  return typeof value === 'number' && Number.isFinite(value);
}
