import type { ByteSink } from '../../lib/byte-sink.ts';
import { skipString } from '../../lib/json-bytes.ts';

/** An element larger than this is passed over: its figures are not worth the memory. */
const MOST_ELEMENT_BYTES = 1024 * 1024;
const QUOTE = 0x22;
const NOTHING = Buffer.alloc(0);

/** Finds the objects of a JSON array that arrives in pieces, as Gemini streams when it is not asked for events. Reads along; changes nothing. */
export class JsonArrayScanner {
  readonly #onElement: (element: Buffer) => void;
  #held: Buffer = NOTHING;

  constructor(onElement: (element: Buffer) => void) {
    this.#onElement = onElement;
  }

  push(chunk: Buffer): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    let start = -1;
    let depth = 0;
    let rest = bytes.length;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (depth > 0 && byte === QUOTE) {
        const end = skipString(bytes, at, bytes.length);
        if (end >= bytes.length) break;
        at = end - 1;
      } else if (byte === 0x7b) {
        if (depth === 0) start = at;
        depth += 1;
      } else if (byte === 0x7d && depth > 0) {
        depth -= 1;
        if (depth === 0) {
          this.#onElement(bytes.subarray(start, at + 1));
          start = -1;
        }
      }
    }
    if (start !== -1) rest = start;
    this.#held = bytes.length - rest > MOST_ELEMENT_BYTES ? NOTHING : bytes.subarray(rest);
  }
}

/** Shows the objects of an array to `onElement` on their way into a sink. */
export function scanAlong(sink: ByteSink, onElement: (element: Buffer) => void): ByteSink {
  const scanner = new JsonArrayScanner(onElement);
  return {
    onData: (chunk) => {
      scanner.push(chunk);
      sink.onData(chunk);
    },
    onEnd: () => sink.onEnd(),
    onBreak: (error) => sink.onBreak(error),
  };
}
