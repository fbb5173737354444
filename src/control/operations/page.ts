import { OperationError } from '../operation-error.ts';

/** A page of a list that is in memory, and where the next one begins. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Null: this is the last one. */
  readonly next: string | null;
  /** How many there are in all, on every page. */
  readonly total: number;
}

export interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

const USUAL_LIMIT = 100;

/** The page behind a cursor, which names the last thing that was seen: what is added or removed meanwhile shifts nothing else. */
export function pageOf<Item>(items: readonly Item[], idOf: (item: Item) => string, { limit = USUAL_LIMIT, cursor }: PageQuery): Page<Item> {
  const from = cursor === undefined ? 0 : placeBehind(items, idOf, cursor);
  const page = items.slice(from, from + limit);
  const last = page.at(-1);
  const isMore = from + limit < items.length && last !== undefined;
  return { items: page, next: isMore ? writeCursor(from + limit, idOf(last)) : null, total: items.length };
}

function placeBehind<Item>(items: readonly Item[], idOf: (item: Item) => string, cursor: string): number {
  const { place, id } = readCursor(cursor);
  const found = items.findIndex((item) => idOf(item) === id);
  // The thing itself is gone: what stood behind it moved up by one.
  return found === -1 ? Math.min(Math.max(0, place - 1), items.length) : found + 1;
}

function writeCursor(place: number, id: string): string {
  return Buffer.from(JSON.stringify([place, id])).toString('base64url');
}

function readCursor(cursor: string): { readonly place: number; readonly id: string } {
  try {
    const [place, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as readonly unknown[];
    if (Number.isSafeInteger(place) && typeof id === 'string') return { place: place as number, id };
  } catch {
    // Told below.
  }
  throw new OperationError('invalid_field', 'The cursor is none that a page gave.', {
    problems: [{ path: 'cursor', message: 'is none that a page gave' }],
  });
}

/** Whether one of these texts holds the words that somebody looks for, whatever the case. */
export function isSought(search: string | undefined, ...texts: readonly (string | undefined)[]): boolean {
  if (search === undefined || search.trim() === '') return true;
  const text = texts.join('\n').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/u)
    .every((word) => text.includes(word));
}
