/** An object of the old data, of which nothing is known. */
export type OldRecord = Readonly<Record<string, unknown>>;

/** A plain object; null for everything else. */
export function recordOf(value: unknown): OldRecord | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array) ? (value as OldRecord) : null;
}

/** Text without white space around it; numbers as digits; empty for everything else. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8').trim() : '';
}

/** A flag, as databases without booleans keep it too. */
export function flagOf(value: unknown, absent: boolean): boolean {
  if (value === null || value === undefined || value === '') return absent;
  return typeof value === 'string' ? !['0', 'f', 'false', 'off', 'no'].includes(value.trim().toLowerCase()) : Boolean(value);
}

/** A finite number, also one that is written as text; null for everything else. */
export function numberOf(value: unknown): number | null {
  if (typeof value !== 'number' && typeof value !== 'bigint' && !(typeof value === 'string' && value.trim() !== '')) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** What a column of JSON holds, whether its driver has parsed it or not; null when it is empty, undefined when it cannot be read. */
export function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return value ?? null;
  const text = textOf(value);
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The texts of a list; null when it is none. */
export function textsOf(value: unknown): readonly string[] | null {
  return Array.isArray(value) ? value.map(textOf).filter((text) => text !== '') : null;
}

/** True for a value that says something. */
export function isSet(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false || value === 0 || value === '0') return false;
  if (Array.isArray(value)) return value.length > 0;
  const record = recordOf(value);
  return record === null || Object.keys(record).length > 0;
}
