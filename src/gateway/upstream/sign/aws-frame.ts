import { crc32 } from 'node:zlib';

/** One message of `application/vnd.amazon.eventstream`. */
export interface AwsFrame {
  /** Text headers only; the others say nothing that is needed. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Buffer;
}

/** Length of everything, length of the headers, CRC of these two. */
export const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;
const SMALLEST_FRAME = PRELUDE_BYTES + CRC_BYTES;
/** AWS sends 16 MiB at most. */
const LARGEST_FRAME = 32 * 1024 * 1024;
const TEXT_TYPE = 7;
const LENGTH_OF_TYPE: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 };

/** Length of the frame that begins at `at`, of which the prelude is there. Throws when that is damaged. */
export function frameLength(bytes: Buffer, at: number): number {
  const total = bytes.readUInt32BE(at);
  const headers = bytes.readUInt32BE(at + 4);
  const isSound = crc32(bytes.subarray(at, at + 8)) === bytes.readUInt32BE(at + 8);
  if (!isSound || total > LARGEST_FRAME || total < SMALLEST_FRAME + headers) throw new Error('The event stream holds a damaged prelude.');
  return total;
}

/** Reads a whole frame. Throws when it is damaged. */
export function readFrame(frame: Buffer): AwsFrame {
  const crcAt = frame.length - CRC_BYTES;
  if (crc32(frame.subarray(0, crcAt)) !== frame.readUInt32BE(crcAt)) throw new Error('The event stream holds a damaged message.');
  const headersEnd = PRELUDE_BYTES + frame.readUInt32BE(4);
  return { headers: readHeaders(frame.subarray(PRELUDE_BYTES, headersEnd)), payload: frame.subarray(headersEnd, crcAt) };
}

function readHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const type = bytes.readUInt8(nameEnd);
    const start = nameEnd + 1;
    const fixed = LENGTH_OF_TYPE[type];
    const valueStart = fixed === undefined ? start + 2 : start;
    const valueEnd = valueStart + (fixed ?? bytes.readUInt16BE(start));
    if (valueEnd > bytes.length) throw new Error('The event stream holds damaged headers.');
    if (type === TEXT_TYPE) headers.set(bytes.toString('utf8', at + 1, nameEnd), bytes.toString('utf8', valueStart, valueEnd));
    at = valueEnd;
  }
  return headers;
}
