import type { ForeignData, ForeignRow } from '../../store/foreign/foreign-data.ts';
import { OperationError } from '../operation-error.ts';
import type { ImportNotes } from './import-notes.ts';

/** A table that a program cannot be without, and the columns that show it to be that program's. */
export interface NeededTable {
  readonly table: string;
  readonly columns: readonly string[];
}

/**
 * Refuses a database of another program.
 * @throws {OperationError} The sentence names the table or column that is missing.
 */
export function requireTables(data: ForeignData, program: string, needed: readonly NeededTable[]): void {
  const refuse = (what: string): never => {
    throw new OperationError('invalid_request', `The database ${data.label} has no ${what}, so it is not one of ${program}. Nothing was imported.`);
  };
  for (const { table, columns } of needed) {
    const present = data.tables.get(table);
    if (present === undefined) refuse(`table "${table}"`);
    const missing = columns.find((column) => present?.columns.includes(column) !== true);
    if (missing !== undefined) refuse(`column "${missing}" in its table "${table}"`);
  }
}

/** The rows of a table; none when it is not there. */
export function rowsOf(data: ForeignData, table: string): readonly ForeignRow[] {
  return data.tables.get(table)?.rows ?? [];
}

/** Names what was not read: tables by what they are for, columns that the import does not know. */
export function noteUnread(data: ForeignData, known: Readonly<Record<string, string>>, notes: ImportNotes): void {
  for (const table of data.otherTables) {
    const why = Object.hasOwn(known, table) ? known[table] : 'a table that the import does not know; not read';
    notes.leftOut('table', `table ${table}`, why ?? '');
  }
  for (const [table, { otherColumns }] of data.tables) {
    for (const column of otherColumns) notes.leftOut('field', `${table}.${column}`, 'a column that the import does not know; not read');
  }
}
