import type { ImportNotes } from './import-notes.ts';
import { isSet, type OldRecord } from './old-values.ts';
import { quoteOldName } from './quote-old-name.ts';

/** Names every field that the import does not know and that says something, so that nothing is dropped in silence. */
export function noteUnknownFields(record: OldRecord, known: ReadonlySet<string>, where: string, notes: ImportNotes): void {
  for (const [name, value] of Object.entries(record)) {
    if (known.has(name) || !isSet(value)) continue;
    notes.leftOut('field', where, `the field ${quoteOldName(name)} is not known and is left out`.replace('  ', ' '));
  }
}
