import type { ByteSink } from '../../../lib/byte-sink.ts';
import { isObject, parseJson } from '../../../lib/json-reading.ts';
import { type AwsFrame, frameLength, PRELUDE_BYTES, readFrame } from './aws-frame.ts';

/** What Bedrock's exceptions are called in Anthropic's protocol. */
const ERROR_TYPES: Readonly<Record<string, string>> = {
  throttlingException: 'rate_limit_error',
  validationException: 'invalid_request_error',
  serviceUnavailableException: 'overloaded_error',
  modelTimeoutException: 'timeout_error',
  accessDeniedException: 'permission_error',
  resourceNotFoundException: 'not_found_error',
};
const TYPE_FIRST = /^\{"type":"(?<type>[a-z_]+)"/u;

/**
 * Turns the frames in which Bedrock streams Claude's events into server-sent events, so that everything behind it reads Anthropic's own stream.
 * A damaged frame, or an end in the middle of one, is a break.
 */
export class AwsEventStreamDecoder implements ByteSink {
  readonly #inner: ByteSink;
  #pieces: Buffer[] = [];
  #size = 0;
  /** Bytes without which nothing more can be read. */
  #needed = PRELUDE_BYTES;
  #isOver = false;

  constructor(inner: ByteSink) {
    this.#inner = inner;
  }

  onData(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#pieces.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return;
    const events: string[] = [];
    let damage: Error | null = null;
    try {
      this.#readFrames(events);
    } catch (error) {
      damage = error instanceof Error ? error : new Error(String(error));
    }
    if (events.length > 0) this.#inner.onData(Buffer.from(events.join('')));
    if (damage !== null) this.onBreak(damage);
  }

  onEnd(): void {
    if (this.#isOver) return;
    if (this.#size > 0) {
      this.onBreak(new Error('The event stream ended in the middle of a message.'));
      return;
    }
    this.#isOver = true;
    this.#inner.onEnd();
  }

  onBreak(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pieces = [];
    this.#inner.onBreak(error);
  }

  /** Joined only when a whole frame is there: small pieces of a large one would be copied again and again. */
  #readFrames(events: string[]): void {
    const [first] = this.#pieces;
    const bytes = this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces);
    let at = 0;
    let needed = PRELUDE_BYTES;
    while (bytes.length - at >= PRELUDE_BYTES) {
      const length = frameLength(bytes, at);
      if (bytes.length - at < length) {
        needed = length;
        break;
      }
      const event = eventOf(readFrame(bytes.subarray(at, at + length)));
      if (event !== '') events.push(event);
      at += length;
    }
    const rest = bytes.subarray(at);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    this.#needed = needed;
  }
}

function eventOf({ headers, payload }: AwsFrame): string {
  const kind = headers.get(':message-type');
  if (kind === 'exception') return errorOf(headers.get(':exception-type') ?? '', messageIn(payload));
  if (kind === 'error') return errorOf(headers.get(':error-code') ?? '', headers.get(':error-message') ?? '');
  if (headers.get(':event-type') !== 'chunk') return '';
  const outer = parseJson(payload);
  const encoded = isObject(outer) ? outer['bytes'] : undefined;
  if (typeof encoded !== 'string') throw new Error('The event stream holds a chunk without an event.');
  return sseOf(Buffer.from(encoded, 'base64').toString('utf8'));
}

function sseOf(json: string): string {
  const type = TYPE_FIRST.exec(json)?.groups?.['type'];
  if (type !== undefined && !/[\r\n]/u.test(json)) return `event: ${type}\ndata: ${json}\n\n`;
  const event = parseJson(json);
  if (!isObject(event)) throw new Error('The event stream holds an event that is no JSON object.');
  const { type: name } = event;
  return `event: ${typeof name === 'string' && /^\w+$/u.test(name) ? name : 'message'}\ndata: ${JSON.stringify(event)}\n\n`;
}

function messageIn(payload: Buffer): string {
  const body = parseJson(payload);
  const message = isObject(body) ? (body['message'] ?? body['Message']) : undefined;
  return typeof message === 'string' ? message : '';
}

function errorOf(exception: string, message: string): string {
  const told = message === '' ? 'The upstream broke the stream off.' : message;
  const error = { type: ERROR_TYPES[lowerFirst(exception)] ?? 'api_error', message: told };
  return `event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
