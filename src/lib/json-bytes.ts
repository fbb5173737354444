/** Finds things in JSON text without parsing it, so that a value can be replaced in the bytes and everything else stays as it came. */

/** Byte range of a value, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface TopLevelScan {
  /** Deepest nesting of objects and arrays. */
  readonly depth: number;
  /** Where the values of the wanted members stand, in the order of `wanted`. */
  readonly values: readonly (Span | null)[];
  /** A wanted member stands there twice, or is spelled with escapes: which one counts would be a guess. */
  readonly ambiguous: string | null;
  /** Offset just behind the opening brace; -1 when the text is not an object. */
  readonly insertAt: number;
  readonly isEmpty: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const SHORT_STRING = 24;

/** Offset behind the closing quote of the string whose opening quote stands at `at`; the end of the text when it never closes. */
export function skipString(bytes: Buffer, at: number, end: number): number {
  let i = at + 1;
  const near = Math.min(end, i + SHORT_STRING);
  // Most strings are keys: a short loop beats a native call, which wins on long text.
  while (i < near) {
    const byte = bytes[i];
    if (byte === QUOTE) return i + 1;
    i += byte === BACKSLASH ? 2 : 1;
  }
  for (;;) {
    const quote = bytes.indexOf(QUOTE, i);
    if (quote === -1 || quote >= end) return end;
    let slashes = 0;
    while (quote - 1 - slashes >= i && bytes[quote - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    i = quote + 1;
  }
}

function skipSpace(bytes: Buffer, at: number, end: number): number {
  let i = at;
  while (i < end) {
    const byte = bytes[i];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    i += 1;
  }
  return i;
}

/** Offset behind the value that starts at `at`. Trusts the text to be JSON. */
function skipValue(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at];
  if (first === QUOTE) return skipString(bytes, at, end);
  let i = at;
  if (first === OPEN_BRACE || first === OPEN_BRACKET) {
    let depth = 0;
    while (i < end) {
      const byte = bytes[i];
      if (byte === QUOTE) {
        i = skipString(bytes, i, end);
        continue;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth -= 1;
        if (depth === 0) return i + 1;
      }
      i += 1;
    }
    return end;
  }
  while (i < end) {
    const byte = bytes[i] ?? 0;
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 0x20) break;
    i += 1;
  }
  return i;
}

/** Where the value of member `name` of the object that starts at `at` stands; null when there is none. The first one counts. */
export function findMember(bytes: Buffer, at: number, end: number, name: string): Span | null {
  let i = skipSpace(bytes, at, end);
  if (bytes[i] !== OPEN_BRACE) return null;
  i += 1;
  while (i < end) {
    i = skipSpace(bytes, i, end);
    if (bytes[i] === COMMA) {
      i += 1;
      continue;
    }
    if (bytes[i] !== QUOTE) return null;
    const keyEnd = skipString(bytes, i, end);
    const isWanted = keyEnd - i - 2 === name.length && bytes.toString('latin1', i + 1, keyEnd - 1) === name;
    i = skipSpace(bytes, keyEnd, end);
    if (bytes[i] !== COLON) return null;
    const start = skipSpace(bytes, i + 1, end);
    const valueEnd = skipValue(bytes, start, end);
    if (isWanted) return { start, end: valueEnd };
    i = valueEnd;
  }
  return null;
}

/** Follows a path of member names: `['response', 'model']`. */
export function findPath(bytes: Buffer, path: readonly string[], at = 0, end = bytes.length): Span | null {
  let span: Span = { start: at, end };
  for (const name of path) {
    const next = findMember(bytes, span.start, span.end, name);
    if (next === null) return null;
    span = next;
  }
  return span;
}

/** One pass over a request body: how deep it nests, and where the wanted top-level members stand. */
export function scanTopLevel(bytes: Buffer, wanted: readonly string[]): TopLevelScan {
  const values: (Span | null)[] = wanted.map(() => null);
  const end = bytes.length;
  let ambiguous: string | null = null;
  let depth = 0;
  let deepest = 0;
  let insertAt = -1;
  let expectsKey = false;
  let members = 0;
  let open = -1;
  let openStart = 0;
  let i = 0;
  const closeOpen = (at: number): void => {
    if (open === -1) return;
    values[open] = { start: openStart, end: trimEnd(bytes, openStart, at) };
    open = -1;
  };
  while (i < end) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      const next = skipString(bytes, i, end);
      if (expectsKey && depth === 1) {
        members += 1;
        expectsKey = false;
        const key = bytes.toString('latin1', i + 1, next - 1);
        const name = key.includes('\\') ? unescapeKey(key) : key;
        const index = wanted.indexOf(name);
        if (index !== -1) {
          if (values[index] !== null || name !== key) ambiguous = name;
          const colon = skipSpace(bytes, next, end);
          open = index;
          openStart = skipSpace(bytes, colon + 1, end);
          i = colon + 1;
          continue;
        }
      }
      i = next;
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (depth === 1 && byte === OPEN_BRACE && insertAt === -1) {
        insertAt = i + 1;
        expectsKey = true;
      }
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth === 1) closeOpen(i);
      depth -= 1;
    } else if (byte === COMMA && depth === 1) {
      closeOpen(i);
      expectsKey = insertAt !== -1;
    }
    i += 1;
  }
  return { depth: deepest, values, ambiguous, insertAt, isEmpty: members === 0 };
}

function trimEnd(bytes: Buffer, start: number, at: number): number {
  let end = at;
  while (end > start && (bytes[end - 1] ?? 0) <= 0x20) end -= 1;
  return end;
}

function unescapeKey(key: string): string {
  try {
    const parsed: unknown = JSON.parse(`"${key}"`);
    return typeof parsed === 'string' ? parsed : key;
  } catch {
    return key;
  }
}

/** The text with one range replaced. */
export function splice(bytes: Buffer, span: Span, replacement: Buffer | string): Buffer {
  const middle = typeof replacement === 'string' ? Buffer.from(replacement) : replacement;
  const out = Buffer.allocUnsafe(span.start + middle.length + (bytes.length - span.end));
  bytes.copy(out, 0, 0, span.start);
  middle.copy(out, span.start);
  bytes.copy(out, span.start + middle.length, span.end);
  return out;
}
