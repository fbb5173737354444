import type { Usage } from '../../domain/usage.ts';
import { isObject, parseJson, type JsonObject } from '../../lib/json-reading.ts';
import { findPath, skipString } from '../../lib/json-bytes.ts';
import type { WireProtocol } from '../../protocols/wire-protocol.ts';
import { endOfSign, holdsAnySign, SIGNS, type PreparedSigns, type StreamSign } from './stream-sign.ts';

const DONE = Buffer.from('[DONE]');
/** `[DONE]` and the spaces that some servers put behind it. */
const MOST_DONE_BYTES = 16;
const QUOTE = 0x22;
const SPACE = 0x20;
const OPEN_BRACE = 0x7b;

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
  readonly #signs: PreparedSigns;

  constructor(protocol: WireProtocol) {
    this.#protocol = protocol;
    this.#signs = SIGNS[protocol.name];
  }

  /** Takes one event. Gives the parsed event back when it had to be parsed, else undefined. */
  event(data: Buffer): JsonObject | undefined {
    this.events += 1;
    if (data.length <= MOST_DONE_BYTES && data.indexOf(DONE) === 0) {
      this.isEnded = true;
      this.isFinal = true;
      return undefined;
    }
    // Searching a string is several times cheaper than searching a buffer, and latin1 keeps every offset.
    const text = data.toString('latin1');
    const signs = this.#signs;
    this.textBytes += textBytesOf(text, data, signs.text);
    this.#lookForEnd(text, data);
    if (signs.sequence !== undefined) this.#readSequence(text, signs.sequence);
    if (this.answeredModel === null) this.answeredModel = this.#readModel(data);
    const mayCarryFigures = holdsObject(text, signs.usage);
    if (!mayCarryFigures && endOfSign(text, signs.error) === -1) return undefined;
    const parsed = parseJson(data);
    if (!isObject(parsed)) return undefined;
    if (mayCarryFigures) this.usage = this.#protocol.readEventUsage(parsed, this.usage);
    this.error ??= this.#protocol.findError(parsed);
    return parsed;
  }

  #readSequence(text: string, sign: string): void {
    const at = text.lastIndexOf(sign);
    const number = at === -1 ? Number.NaN : Number.parseInt(text.slice(at + sign.length, at + sign.length + 16), 10);
    if (Number.isFinite(number)) this.nextSequence = number + 1;
  }

  /** Looks at a piece of an event that is too long to be read: whether it ends the answer. Its figures are lost. */
  skim(piece: Buffer): void {
    this.events = Math.max(this.events, 1);
    this.#lookForEnd(piece.toString('latin1'), piece);
  }

  #lookForEnd(text: string, data: Buffer): void {
    if (!this.isEnded && holdsAnySign(text, this.#signs.terminal)) this.isEnded = true;
    // Text may consist of nothing but the name of such an event, so the sign alone proves nothing.
    if (holdsAnySign(text, this.#signs.last) && this.#isLastEvent(data)) {
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
function holdsObject(text: string, sign: StreamSign): boolean {
  // Groq writes a null before its figures: every place counts.
  for (let start = endOfSign(text, sign); start !== -1; start = endOfSign(text, sign, start)) {
    if (text.charCodeAt(text.charCodeAt(start) === SPACE ? start + 1 : start) === OPEN_BRACE) return true;
  }
  return false;
}

/** Length of the first of these members that holds a non-empty string. */
function textBytesOf(text: string, data: Buffer, signs: readonly StreamSign[]): number {
  for (const sign of signs) {
    let start = endOfSign(text, sign);
    if (start === -1) continue;
    if (data[start] === SPACE) start += 1;
    if (data[start] !== QUOTE) continue;
    const length = skipString(data, start, data.length) - start - 2;
    if (length > 0) return length;
  }
  return 0;
}
