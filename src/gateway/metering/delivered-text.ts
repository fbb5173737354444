import { skipString } from '../../lib/json-bytes.ts';

const QUOTE = 0x22;
const SPACE = 0x20;

/** Bytes of text in a whole answer: the strings of the members that hold what a model wrote, JSON escapes included. */
export function deliveredTextBytes(body: Buffer, signs: readonly string[]): number {
  let length = 0;
  for (const sign of signs) {
    for (let at = body.indexOf(sign); at !== -1; at = body.indexOf(sign, at + sign.length)) {
      let start = at + sign.length;
      if (body[start] === SPACE) start += 1;
      if (body[start] === QUOTE) length += Math.max(0, skipString(body, start, body.length) - start - 2);
    }
  }
  return length;
}
