/** Asks for one row more than are taken, so that a table that holds too many is noticed. */
export function selectStatement(table: string, columns: readonly string[], mostRows: number, quote: '"' | '`'): string {
  const quoted = (name: string): string => quote + name.replaceAll(quote, quote + quote) + quote;
  const order = columns.includes('id') ? ` order by ${quoted('id')}` : '';
  return `select ${columns.map(quoted).join(', ')} from ${quoted(table)}${order} limit ${mostRows + 1}`;
}
