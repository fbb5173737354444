import type { Usage } from '../../domain/usage.ts';
import { isObject, parseJson, type JsonObject } from '../../lib/json-reading.ts';
import { findPath, skipString } from '../../lib/json-bytes.ts';
import type { WireProtocol } from '../../protocols/wire-protocol.ts';

const DONE = Buffer.from('[DONE]');
/** `[DONE]` and the spaces that some servers put behind it. */
const MOST_DONE_BYTES = 16;
const QUOTE = 0x22;
const SPACE = 0x20;
const OPEN_BRACE = 0x7b;

/** The signs of a protocol's stream as bytes; made once a protocol. */
interface SignBytes {
  readonly text: readonly Buffer[];
  readonly usage: Buffer;
  readonly terminal: readonly Buffer[];
  readonly last: readonly Buffer[];
  readonly error: Buffer;
  readonly sequence: Buffer | null;
}

const signBytes = new WeakMap<WireProtocol, SignBytes>();

function bytesOf(protocol: WireProtocol): SignBytes {
  let bytes = signBytes.get(protocol);
  if (bytes === undefined) {
    const { text, usage, terminal, lastEvents, error, sequence } = protocol.stream;
    bytes = {
      text: text.map((sign) => Buffer.from(sign)),
      usage: Buffer.from(usage),
      terminal: terminal.map((sign) => Buffer.from(sign)),
      last: lastEvents.map((type) => Buffer.from(`"${type}"`)),
      error: Buffer.from(error),
      sequence: sequence === undefined ? null : Buffer.from(sequence),
    };
    signBytes.set(protocol, bytes);
  }
  return bytes;
}

/**
 * Reads the figures of a stream from its passing events: usage, the delivered text, whether it ended in order, whether it carried an error.
 * Looks for byte patterns and parses only events that can carry a figure.
 */
export class StreamMeter {
  usage: Usage | null = null;
  answeredModel: string | null = null;
  /** The number that the next event would have, where the protocol numbers them. */
  nextSequence = 0;
  /** Bytes of text that the client was sent, JSON escapes included. */
  textBytes = 0;
  events = 0;
  /** The answer is complete: a finish reason or the protocol's last event was seen. */
  isEnded = false;
  /** The protocol's very last event was seen: nothing that counts follows. */
  isFinal = false;
  error: JsonObject | null = null;
  readonly #protocol: WireProtocol;
  readonly #signs: SignBytes;

  constructor(protocol: WireProtocol) {
    this.#protocol = protocol;
    this.#signs = bytesOf(protocol);
  }

  /** Takes one event. Gives the parsed event back when it had to be parsed, else undefined. */
  event(data: Buffer): JsonObject | undefined {
    this.events += 1;
    if (data.length <= MOST_DONE_BYTES && data.indexOf(DONE) === 0) {
      this.isEnded = true;
      this.isFinal = true;
      return undefined;
    }
    const signs = this.#signs;
    this.textBytes += textBytesOf(data, signs.text);
    this.#lookForEnd(data);
    if (signs.sequence !== null) this.#readSequence(data, signs.sequence);
    if (this.answeredModel === null) this.answeredModel = this.#readModel(data);
    const mayCarryFigures = holdsObject(data, signs.usage);
    if (!mayCarryFigures && !data.includes(signs.error)) return undefined;
    const parsed = parseJson(data);
    if (!isObject(parsed)) return undefined;
    if (mayCarryFigures) this.usage = this.#protocol.readEventUsage(parsed, this.usage);
    this.error ??= this.#protocol.findError(parsed);
    return parsed;
  }

  #readSequence(data: Buffer, sign: Buffer): void {
    const at = data.lastIndexOf(sign);
    const number = at === -1 ? Number.NaN : Number.parseInt(data.toString('latin1', at + sign.length, at + sign.length + 16), 10);
    if (Number.isFinite(number)) this.nextSequence = number + 1;
  }

  /** Looks at a piece of an event that is too long to be read: whether it ends the answer. Its figures are lost. */
  skim(piece: Buffer): void {
    this.events = Math.max(this.events, 1);
    this.#lookForEnd(piece);
  }

  #lookForEnd(data: Buffer): void {
    const { terminal, last } = this.#signs;
    if (!this.isEnded && terminal.some((sign) => data.includes(sign))) this.isEnded = true;
    // Text may consist of nothing but the name of such an event, so the sign alone proves nothing.
    if (last.some((sign) => data.includes(sign)) && this.#isLastEvent(data)) {
      this.isEnded = true;
      this.isFinal = true;
    }
  }

  #isLastEvent(data: Buffer): boolean {
    const type = findPath(data, ['type']);
    return type !== null && this.#protocol.stream.lastEvents.includes(data.toString('latin1', type.start + 1, type.end - 1));
  }

  #readModel(data: Buffer): string | null {
    const path = this.#protocol.eventModelPath;
    if (path.length === 0) return null;
    const span = findPath(data, path);
    if (span === null || data[span.start] !== QUOTE) return null;
    const name = data.toString('utf8', span.start + 1, span.end - 1);
    return name === '' ? null : name;
  }
}

/** True when the member stands there with an object: many servers write `"usage":null` into every chunk. */
function holdsObject(data: Buffer, sign: Buffer): boolean {
  for (let at = data.indexOf(sign); at !== -1; at = data.indexOf(sign, at + 1)) {
    const start = at + sign.length;
    if (data[data[start] === SPACE ? start + 1 : start] === OPEN_BRACE) return true;
  }
  return false;
}

/** Length of the first of these members that holds a non-empty string. */
function textBytesOf(data: Buffer, signs: readonly Buffer[]): number {
  for (const sign of signs) {
    const at = data.indexOf(sign);
    if (at === -1) continue;
    let start = at + sign.length;
    if (data[start] === SPACE) start += 1;
    if (data[start] !== QUOTE) continue;
    const length = skipString(data, start, data.length) - start - 2;
    if (length > 0) return length;
  }
  return 0;
}
