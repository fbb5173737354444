import { sql, type RawBuilder, type SqlBool } from 'kysely';

/**
 * Whether a column holds a text somewhere, whatever the case of A to Z (on some databases of all letters). Nothing in the text has a meaning.
 */
export function containsText(column: string, text: string): RawBuilder<SqlBool> {
  // PostgreSQL has no character 0, not even to look for.
  const pattern = `%${text.replaceAll('\0', '\uFFFD').replaceAll(/[!%_]/gu, '!$&')}%`;
  return sql<SqlBool>`lower(${sql.ref(column)}) like lower(${pattern}) escape '!'`;
}
