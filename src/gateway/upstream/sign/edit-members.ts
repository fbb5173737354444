import { isObject, parseJson } from '../../../lib/json-reading.ts';
import { scanTopLevel, type Span } from '../../../lib/json-bytes.ts';

/** Values are written as JSON. */
export type NewMembers = Readonly<Record<string, unknown>>;

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * A JSON object without some of its top-level members and with others behind the rest, which stays byte for byte as it came. What is no object is
 * given back as it is.
 */
export function editMembers(bytes: Buffer, remove: readonly string[], add: NewMembers): Buffer {
  const names = [...new Set([...remove, ...Object.keys(add)])];
  const { values, ambiguous, insertAt } = scanTopLevel(bytes, names);
  if (insertAt === -1) return bytes;
  // Spelled twice or with escapes: only a parser knows which one counts.
  if (ambiguous !== null) return editParsed(bytes, names, add);
  const members = values.flatMap((value, index) => (value === null ? [] : [memberOf(bytes, value, names[index] ?? '')]));
  return withAdded(withoutMembers(bytes, members), add);
}

function editParsed(bytes: Buffer, names: readonly string[], add: NewMembers): Buffer {
  const body = parseJson(bytes);
  if (!isObject(body)) return bytes;
  const kept = Object.entries(body).filter(([name]) => !names.includes(name));
  return Buffer.from(JSON.stringify({ ...Object.fromEntries(kept), ...add }));
}

/** From the quote before the name to the end of the value. */
function memberOf(bytes: Buffer, value: Span, name: string): Span {
  const colon = skipSpaceBack(bytes, value.start) - 1;
  return { start: skipSpaceBack(bytes, colon) - name.length - 2, end: value.end };
}

function withoutMembers(bytes: Buffer, members: readonly Span[]): Buffer {
  const kept: Buffer[] = [];
  let at = 0;
  for (const { start, end } of members.toSorted((left, right) => left.start - right.start)) {
    kept.push(bytes.subarray(at, start));
    const next = skipSpace(bytes, end);
    at = bytes[next] === COMMA ? next + 1 : end;
  }
  kept.push(bytes.subarray(at));
  return Buffer.concat(kept);
}

/** Also takes the comma away that the last member leaves behind when it goes. */
function withAdded(bytes: Buffer, add: NewMembers): Buffer {
  const close = bytes.lastIndexOf(CLOSE_BRACE);
  let end = skipSpaceBack(bytes, close);
  if (bytes[end - 1] === COMMA) end = skipSpaceBack(bytes, end - 1);
  const isEmpty = bytes[end - 1] === OPEN_BRACE && bytes.indexOf(OPEN_BRACE) === end - 1;
  const written = Object.entries(add).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const tail = `${isEmpty || written.length === 0 ? '' : ','}${written.join(',')}`;
  return Buffer.concat([bytes.subarray(0, end), Buffer.from(tail), bytes.subarray(close)]);
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at += 1;
  return at;
}

function skipSpaceBack(bytes: Buffer, from: number): number {
  let at = from;
  while (at > 0 && isSpace(bytes[at - 1])) at -= 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
