import type { ForeignData, ForeignRow, ForeignTableWish } from '../../src/store/foreign/foreign-data.ts';

/** What the reader of a database would give for tables with these rows; a table's columns are those of its rows. */
export function foreignData(tables: Readonly<Record<string, readonly ForeignRow[]>>, wishes: readonly ForeignTableWish[]): ForeignData {
  const wished = new Map(wishes.map(({ name, columns }) => [name, columns]));
  const read = Object.entries(tables).flatMap(([name, rows]) => {
    const columns = wished.get(name);
    if (columns === undefined) return [];
    const present = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const table = {
      columns: columns.filter((column) => present.includes(column)),
      otherColumns: present.filter((column) => !columns.includes(column)),
      rows: rows.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => columns.includes(column)))),
    };
    return [[name, table] as const];
  });
  return { label: 'old.db', tables: new Map(read), otherTables: Object.keys(tables).filter((name) => !wished.has(name)) };
}
