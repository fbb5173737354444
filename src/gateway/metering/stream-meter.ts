import type { Usage } from '../../domain/usage.ts';
import { isObject, parseJson, type JsonObject } from '../../lib/json-reading.ts';
import { findPath, skipString } from '../../lib/json-bytes.ts';
import type { WireProtocol } from '../../protocols/wire-protocol.ts';

const DONE = Buffer.from('[DONE]');
const QUOTE = 0x22;
const SPACE = 0x20;
const OPEN_BRACE = 0x7b;

/** The signs of a protocol's stream as bytes; made once a protocol. */
interface SignBytes {
  readonly text: readonly Buffer[];
  readonly usage: Buffer;
  readonly terminal: readonly Buffer[];
  readonly error: Buffer;
}

const signBytes = new WeakMap<WireProtocol, SignBytes>();

function bytesOf(protocol: WireProtocol): SignBytes {
  let bytes = signBytes.get(protocol);
  if (bytes === undefined) {
    const { text, usage, terminal, error } = protocol.stream;
    bytes = { text: text.map((sign) => Buffer.from(sign)), usage: Buffer.from(usage), terminal: terminal.map((sign) => Buffer.from(sign)), error: Buffer.from(error) };
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
  readonly #finalSigns: readonly Buffer[];

  constructor(protocol: WireProtocol) {
    this.#protocol = protocol;
    this.#signs = bytesOf(protocol);
    // OpenAI's chat says [DONE] after its last figures; Gemini ends with the connection. The others have a last event.
    this.#finalSigns = protocol.name === 'anthropic-messages' || protocol.name === 'openai-responses' ? this.#signs.terminal : [];
  }

  /** Takes one event. Gives the parsed event back when it had to be parsed, else undefined. */
  event(data: Buffer): JsonObject | undefined {
    this.events += 1;
    if (data.length === DONE.length && data.equals(DONE)) {
      this.isEnded = true;
      this.isFinal = true;
      return undefined;
    }
    const signs = this.#signs;
    this.textBytes += textBytesOf(data, signs.text);
    if (!this.isEnded && signs.terminal.some((sign) => data.includes(sign))) {
      this.isEnded = true;
      if (this.#finalSigns.length > 0) this.isFinal = true;
    }
    if (this.answeredModel === null) this.answeredModel = this.#readModel(data);
    const mayCarryFigures = holdsObject(data, signs.usage);
    if (!mayCarryFigures && !data.includes(signs.error)) return undefined;
    const parsed = parseJson(data);
    if (!isObject(parsed)) return undefined;
    if (mayCarryFigures) this.usage = this.#protocol.readEventUsage(parsed, this.usage);
    this.error ??= this.#protocol.findError(parsed);
    return parsed;
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
  const at = data.indexOf(sign);
  if (at === -1) return false;
  const start = at + sign.length;
  return data[data[start] === SPACE ? start + 1 : start] === OPEN_BRACE;
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
