import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import type { Usage } from '../../domain/usage.ts';
import type { ByteSink } from '../../lib/byte-sink.ts';
import { EventCarry } from '../../lib/event-carry.ts';
import { isObject, parseJson, type JsonObject } from '../../lib/json-reading.ts';
import { readSseEvents } from '../../lib/sse-events.ts';
import type { EventDecoder, EventEncoder } from '../../protocols/translation.ts';
import type { RelayListener } from './event-relay.ts';
import { redactWhole } from './secret-filter.ts';

export interface TranslatorOptions {
  readonly decoder: EventDecoder;
  readonly encoder: EventEncoder;
  /** The provider key in use, which must not come back. */
  readonly secret: string;
  /** A comment may be put between events (not into a JSON array). */
  readonly mayComment: boolean;
}

/** An event larger than this is no event of a model. */
const MOST_EVENT_BYTES = 8 * 1024 * 1024;
const DONE = Buffer.from('[DONE]');
const COMMENT = Buffer.from(': keep-alive\n\n');
const BLANK_LINE = Buffer.from('\n\n');
const COLON = 0x3a;
const COMMENT_STARTS = ['\n:', '\r:'] as const;

/** Turns one protocol's stream of events into another's, event by event, and reads its figures on the way. */
export class EventTranslator implements ByteSink {
  readonly #options: TranslatorOptions;
  readonly #listener: RelayListener;
  readonly #secret: Buffer;
  readonly #carry = new EventCarry();
  readonly #events: CanonicalEvent[] = [];
  /** Told when the stream has ended in order: an answer that breaks off behind them must not look finished. */
  #finishes: CanonicalEvent[] = [];
  #text = '';
  #looking = true;
  #isStreamStart = true;
  #over = false;

  usage: Usage | null = null;
  answeredModel: string | null = null;
  /** Bytes of text that the client was sent. */
  textBytes = 0;
  /** Events that came. */
  events = 0;
  error: JsonObject | null = null;
  /** The encoder counts for itself. */
  readonly nextSequence = 0;
  /** Only whole frames are ever written. */
  readonly isInsideEvent = false;

  constructor(options: TranslatorOptions, listener: RelayListener) {
    this.#options = options;
    this.#listener = listener;
    this.#secret = Buffer.from(options.secret.length >= 8 ? options.secret : '');
  }

  onData(chunk: Buffer): void {
    if (this.#over || chunk.length === 0) return;
    const block = this.#carry.push(chunk);
    if (block.length > 0) this.#read(block);
    if (!this.#over && this.#carry.heldBytes > MOST_EVENT_BYTES) this.#break(new Error('an event is larger than 8 MiB'));
  }

  onEnd(): void {
    if (this.#over) return;
    // The last event may lack its blank line.
    if (this.#carry.heldBytes > 0) this.#read(Buffer.concat([this.#carry.take(), BLANK_LINE]));
    if (!this.#over) this.#close();
  }

  onBreak(error: Error): void {
    if (!this.#over) this.#break(error);
  }

  #read(block: Buffer): void {
    const before = this.events;
    readSseEvents(block, (name, data) => this.#onEvent(name, data), this.#isStreamStart);
    this.#isStreamStart = false;
    if (this.#over) return;
    if (this.events > before) this.#flush();
    else if (this.#options.mayComment && holdsComment(block)) this.#listener.onBlock(COMMENT);
  }

  #onEvent(name: string, data: Buffer): void {
    if (this.#over || data.length === 0) return;
    this.events += 1;
    if (data.length <= 16 && data.indexOf(DONE) === 0) return this.#close();
    const event = parseJson(data);
    if (!isObject(event)) return this.#refuse();
    this.#options.decoder.decode(name, event, this.#events);
    if (this.#looking && this.#events.length > 0) this.#look(event);
    this.#encode();
    if (!this.#over && this.#options.decoder.isFinal) this.#close();
  }

  /** The first event that means something decides whether this is an answer at all. */
  #look(event: JsonObject): void {
    this.#looking = false;
    const isError = this.#events[0]?.type === 'error';
    if (isError) {
      this.#over = true;
      this.#events.length = 0;
    }
    this.#listener.onFirst(isError ? 'error-event' : null, event, null);
  }

  #refuse(): void {
    if (!this.#looking) return this.#break(new Error('an event is not JSON'));
    this.#over = true;
    this.#listener.onFirst('not-json', null, null);
  }

  /** Writes what the last events mean. An error is the end. */
  #encode(): void {
    for (const event of this.#events) {
      if (this.#over) break;
      this.#note(event);
      if (event.type === 'finish') {
        this.#finishes.push(event);
        continue;
      }
      if (event.type === 'end') this.#encodeFinishes();
      this.#text += this.#options.encoder.encode(event);
      if (event.type === 'error') {
        this.error = { message: event.error.message };
        this.#finish();
      }
    }
    this.#events.length = 0;
  }

  #encodeFinishes(): void {
    for (const event of this.#finishes) this.#text += this.#options.encoder.encode(event);
    this.#finishes = [];
  }

  #note(event: CanonicalEvent): void {
    switch (event.type) {
      case 'start':
        this.answeredModel ??= event.model === '' ? null : event.model.slice(0, 191);
        return;
      case 'usage':
        this.usage = event.usage;
        return;
      case 'text':
      case 'refusal':
      case 'thinking':
      case 'call-input':
        this.textBytes += Buffer.byteLength(event.text);
        return;
      default:
    }
  }

  #close(): void {
    if (this.#over) return;
    if (!this.#options.decoder.close(this.#events)) {
      this.#events.length = 0;
      return this.#break(null);
    }
    if (this.#looking) {
      this.#looking = false;
      this.#listener.onFirst(null, {}, null);
    }
    this.#encode();
    if (!this.#over) this.#finish();
  }

  #finish(): void {
    this.#over = true;
    this.#listener.onDone('complete', this.#takeText(), null);
  }

  /** The stream ended before its answer did. */
  #break(cause: Error | null): void {
    this.#over = true;
    if (this.#looking) return this.#listener.onFirst('empty', null, cause);
    const rest = this.#takeText();
    if (rest !== null) this.#listener.onBlock(rest);
    this.#listener.onDone('cut', null, cause);
  }

  #flush(): void {
    const bytes = this.#takeText();
    if (bytes !== null) this.#listener.onBlock(bytes);
  }

  #takeText(): Buffer | null {
    if (this.#text === '') return null;
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    return redactWhole(bytes, this.#secret);
  }
}

/** True where a line is a comment, with which upstreams keep a silent stream awake. */
function holdsComment(block: Buffer): boolean {
  return block[0] === COLON || COMMENT_STARTS.some((start) => block.includes(start));
}
