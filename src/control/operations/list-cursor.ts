import { decodeCursor, encodeCursor, type ExchangeCursor } from '../../store/exchange-cursor.ts';
import { wrongField } from './time-window.ts';

/** A page of a list that the database orders by time, newest first. How many there are in all nobody counts. */
export interface TimePage<Item> {
  readonly items: readonly Item[];
  /** Null: this is the last one. */
  readonly next: string | null;
}

export interface TimePageQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

export const USUAL_LIMIT = 100;

export function writeNext(next: ExchangeCursor | null): string | null {
  return next === null ? null : encodeCursor(next);
}

/** Null: the first page. @throws {OperationError} `invalid_field`. */
export function readPlace(cursor: string | undefined): ExchangeCursor | null {
  if (cursor === undefined) return null;
  const place = decodeCursor(cursor);
  if (place === null) throw wrongField('cursor', 'is none that a page gave');
  return place;
}
