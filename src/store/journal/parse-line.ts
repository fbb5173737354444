import type { ExchangeRecord, OpenRecord } from '../../domain/exchange-record.ts';

/** What one line of the journal says. */
export type JournalLine = { readonly open: OpenRecord } | { readonly settle: ExchangeRecord };

/** Null when the line is none that the journal wrote. */
export function parseLine(text: string): JournalLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  if (hasIdentity(value['open'])) return value as JournalLine;
  if (hasIdentity(value['settle']) && isObject(value['settle']['usage'])) return value as JournalLine;
  return null;
}

function hasIdentity(value: unknown): value is Record<string, unknown> {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['startedAt'] === 'number';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
