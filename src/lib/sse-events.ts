/** Server-sent events by the standard: CR, LF and CRLF, comments, several data lines, a field without a space. Bytes in, ranges out. */

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;

/**
 * Length of the prefix that consists of whole events, i.e. the offset behind the last blank line; 0 when no event is complete.
 * What follows belongs to an event of which more is to come. `searched`: length of a prefix that is known to hold no blank line.
 */
export function wholeEventsLength(bytes: Buffer, searched = 0): number {
  let i = bytes.length;
  while (i > searched) {
    const byte = bytes[i - 1];
    if (byte === LF || byte === CR) {
      const lineStart = byte === LF && bytes[i - 2] === CR ? i - 2 : i - 1;
      const before = bytes[lineStart - 1];
      if (lineStart > 0 && (before === LF || before === CR)) return i;
    }
    i -= 1;
  }
  return 0;
}

/** Offset behind the first blank line, -1 when there is none. `before`: the byte that came ahead of these. */
export function firstEventEnd(bytes: Buffer, before: number): number {
  let isLineStart = before === LF || before === CR;
  for (let i = before === CR && bytes[0] === LF ? 1 : 0; i < bytes.length; i += 1) {
    const byte = bytes[i];
    if (byte !== LF && byte !== CR) {
      isLineStart = false;
      continue;
    }
    if (byte === CR && bytes[i + 1] === LF) i += 1;
    if (isLineStart) return i + 1;
    isLineStart = true;
  }
  return -1;
}

/** Called for each event that has data. `name` is the `event:` field or the empty string. `start`/`end` bound the whole event, its blank line included. */
export type OnSseEvent = (name: string, data: Buffer, start: number, end: number) => void;

const LINE_END = Buffer.from('\n');
const FIELD_DATA = Buffer.from('data');
const FIELD_EVENT = Buffer.from('event');

/** Reads a block of whole events (and a last one without its blank line, if the stream ended so). Comments and events without data are passed over. */
export function readSseEvents(block: Buffer, onEvent: OnSseEvent, isStreamStart = true): void {
  // A byte order mark means nothing at the start of the stream and is part of a field's name anywhere else.
  let at = isStreamStart && block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? 3 : 0;
  let eventStart = at;
  let name = '';
  let data: Buffer | null = null;
  // Joined when the event ends: line by line the work would grow with the square of their number.
  let more: Buffer[] | null = null;
  const length = block.length;
  let nextLf = -1;
  let nextCr = -1;
  while (at < length) {
    if (nextLf < at) nextLf = placeOf(LF, block, at);
    if (nextCr < at) nextCr = placeOf(CR, block, at);
    const lineEnd = Math.min(nextLf, nextCr);
    const next = lineEnd + (block[lineEnd] === CR && block[lineEnd + 1] === LF ? 2 : 1);
    if (lineEnd === at) {
      if (data !== null) onEvent(name, joinLines(data, more), eventStart, Math.min(next, length));
      name = '';
      data = null;
      more = null;
      eventStart = next;
    } else if (block[at] !== COLON) {
      const isData = isField(block, at, lineEnd, FIELD_DATA);
      const colon = at + (isData ? FIELD_DATA : FIELD_EVENT).length;
      const valueStart = block[colon + 1] === 0x20 ? colon + 2 : colon + 1;
      if (isData) {
        const value = block.subarray(Math.min(valueStart, lineEnd), lineEnd);
        if (data === null) data = value;
        else (more ??= []).push(LINE_END, value);
      } else if (isField(block, at, lineEnd, FIELD_EVENT)) {
        name = block.toString('utf8', Math.min(valueStart, lineEnd), lineEnd);
      }
    }
    at = next;
  }
  if (data !== null) onEvent(name, joinLines(data, more), eventStart, length);
}

/** Where the byte stands next, the length when it does not: searched natively, and not again before that place is passed. */
function placeOf(byte: number, block: Buffer, from: number): number {
  const at = block.indexOf(byte, from);
  return at === -1 ? block.length : at;
}

function joinLines(first: Buffer, more: readonly Buffer[] | null): Buffer {
  return more === null ? first : Buffer.concat([first, ...more]);
}

/** True when the line's field is this one, with or without a value. */
function isField(block: Buffer, from: number, lineEnd: number, name: Buffer): boolean {
  const end = from + name.length;
  if (end > lineEnd || (end < lineEnd && block[end] !== COLON)) return false;
  for (let i = 0; i < name.length; i += 1) if (block[from + i] !== name[i]) return false;
  return true;
}
