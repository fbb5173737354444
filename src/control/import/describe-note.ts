import type { ImportNote } from './import-draft.ts';

const MOST_PLACES = 5;
const SIGNS: Readonly<Record<ImportNote['kind'], string>> = { 'left-out': '-', changed: '~', told: 'i' };

/** A note as one line of the plan: `- keys[3], keys[7] and 12 more: no API key; left out.` */
export function describeNote({ kind, where, message }: ImportNote): string {
  const more = where.length - MOST_PLACES;
  return `${SIGNS[kind]} ${where.slice(0, MOST_PLACES).join(', ')}${more > 0 ? ` and ${more} more` : ''}: ${message}.`;
}
