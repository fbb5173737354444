import { StoreError } from '../store-error.ts';
import type { ForeignData, ForeignRow, ForeignTable, ForeignTableWish } from './foreign-data.ts';
import { selectStatement } from './select-statement.ts';

/** The part of a database that differs between its kinds. */
export interface ForeignSource {
  readonly label: string;
  readonly quote: '"' | '`';
  /** Columns by table. */
  readonly columnsOf: ReadonlyMap<string, readonly string[]>;
  readonly select: (statement: string) => Promise<readonly ForeignRow[]>;
}

/** More than any configuration has; a table beyond it is a log or not what it seems. */
export const MOST_FOREIGN_ROWS = 200_000;

/**
 * Reads what is wished for and there.
 * @throws {StoreError} When a table holds too many rows; the message names it.
 */
export async function collectTables(source: ForeignSource, wishes: readonly ForeignTableWish[], mostRows: number): Promise<ForeignData> {
  const tables = new Map<string, ForeignTable>();
  for (const wish of wishes) {
    const present = source.columnsOf.get(wish.name);
    if (present === undefined) continue;
    const columns = wish.columns.filter((column) => present.includes(column));
    const otherColumns = present.filter((column) => !wish.columns.includes(column));
    const rows = columns.length === 0 ? [] : await source.select(selectStatement(wish.name, columns, mostRows, source.quote));
    if (rows.length > mostRows)
      throw new StoreError(`The table ${wish.name} of ${source.label} holds more than ${mostRows} rows. Nothing was taken.`);
    tables.set(wish.name, { columns, otherColumns, rows });
  }
  const wished = new Set(wishes.map(({ name }) => name));
  return { label: source.label, tables, otherTables: [...source.columnsOf.keys()].filter((name) => !wished.has(name)) };
}
