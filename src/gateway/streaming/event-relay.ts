import { EventCarry } from '../../lib/event-carry.ts';
import { findPath, splice } from '../../lib/json-bytes.ts';
import { isObject, parseJson, type JsonObject } from '../../lib/json-reading.ts';
import { firstEventEnd, readSseEvents } from '../../lib/sse-events.ts';
import type { OnSseEvent } from '../../lib/sse-events.ts';
import type { ByteSink } from '../../lib/byte-sink.ts';
import { redactWhole, SecretFilter } from './secret-filter.ts';

/** Reads the figures of passing events. */
export interface EventMeter {
  event(data: Buffer): JsonObject | undefined;
  /** Looks at a piece of an event that is too long to be read, for the signs of an end only. */
  skim(piece: Buffer): void;
  readonly isEnded: boolean;
  readonly isFinal: boolean;
  readonly error: JsonObject | null;
}

export interface RelayOptions {
  readonly meter: EventMeter;
  /** The provider key in use, which must not come back. */
  readonly secret: string;
  /** The client did not ask for the usage chunk that the gateway asked for. */
  readonly hideUsage: boolean;
  /** The name to put in place of the upstream's, and where it stands in an event; null: leave it. */
  readonly restoreModel: { readonly path: readonly string[]; readonly name: string } | null;
}

/** How a relayed stream ended. `complete`: in order, or with the upstream's own error event passed on. */
export type RelayEnd = 'complete' | 'cut';

export interface RelayListener {
  /** The first event is there and nothing has been given out: the stream is good, or `problem` says why not, `cause` what broke the connection. */
  onFirst(problem: 'error-event' | 'not-json' | 'empty' | null, event: JsonObject | null, cause: Error | null): void;
  /** Whole events for the client. */
  onBlock(bytes: Buffer): void;
  /** The last bytes for the client; the caller settles before it sends them. */
  onDone(end: RelayEnd, last: Buffer | null, error: Error | null): void;
}

/** An unfinished event larger than this is passed on in pieces, unread. */
const MOST_HELD_BYTES = 1024 * 1024;
const BLANK_LINE = Buffer.from('\n\n');
const LINE_FEED = Buffer.from('\n');
const NOTHING = Buffer.alloc(0);
const LF = 0x0a;
const CR = 0x0d;

/**
 * Passes server-sent events from an upstream on, whole event by whole event, so that a break never leaves half an event with the client.
 * Bytes stay as they came, except where a name is restored, a chunk hidden or a secret blanked.
 */
export class EventRelay implements ByteSink {
  readonly #options: RelayOptions;
  readonly #listener: RelayListener;
  readonly #secret: Buffer;
  readonly #carry = new EventCarry();
  #looking = true;
  /** Present while an event is passed on that was too long to be held. */
  #long: SecretFilter | null = null;
  /** The last byte of what was taken as whole, or of the long event so far. */
  #lastByte = 0;
  #isStreamStart = true;
  #over = false;

  constructor(options: RelayOptions, listener: RelayListener) {
    this.#options = options;
    this.#listener = listener;
    this.#secret = Buffer.from(options.secret.length >= 8 ? options.secret : '');
  }

  onData(chunk: Buffer): void {
    if (this.#over || chunk.length === 0) return;
    const more = this.#long === null ? this.#endSplitLine(chunk) : this.#continueLong(chunk, this.#long);
    if (more.length === 0 || this.#isFinished()) return;
    const block = this.#carry.push(more);
    if (block.length > 0) {
      this.#lastByte = block[block.length - 1] ?? 0;
      this.#pass(block);
    }
    if (this.#carry.heldBytes > MOST_HELD_BYTES && !this.#over) this.#beginLong();
  }

  onEnd(): void {
    if (this.#over) return;
    if (this.#long !== null) this.#endLong(this.#long, BLANK_LINE);
    // The last event may lack its blank line; the client's parser gets one.
    else if (this.#carry.heldBytes > 0) this.#pass(Buffer.concat([this.#carry.take(), BLANK_LINE]));
    if (this.#isFinished()) return;
    if (this.#looking) {
      this.#over = true;
      this.#listener.onFirst('empty', null, null);
      return;
    }
    const { meter } = this.#options;
    this.#finish(meter.isEnded || meter.error !== null ? 'complete' : 'cut', null, null);
  }

  onBreak(error: Error): void {
    if (this.#over) return;
    if (this.#looking) {
      this.#over = true;
      this.#listener.onFirst('empty', null, error);
      return;
    }
    this.#finish('cut', null, error);
  }

  /** True when an event has been passed on in part and the client's parser stands inside it. */
  get isInsideEvent(): boolean {
    return this.#long !== null;
  }

  #isFinished(): boolean {
    return this.#over;
  }

  #pass(block: Buffer): void {
    const edited = this.#readBlock(block);
    if (this.#over) return;
    const out = redactWhole(edited, this.#secret);
    if (this.#options.meter.isFinal) this.#finish('complete', isSplitInCrlf(block) ? Buffer.concat([out, LINE_FEED]) : out, null);
    else if (out.length > 0) this.#listener.onBlock(out);
  }

  /** Shows the events to the meter and applies the edits. */
  #readBlock(block: Buffer): Buffer {
    const { meter, hideUsage, restoreModel } = this.#options;
    let pieces: Buffer[] | null = null;
    let kept = 0;
    let finalEnd = -1;
    const isStreamStart = this.#isStreamStart;
    this.#isStreamStart = false;
    const onEvent: OnSseEvent = (name, data, start, end) => {
      if (this.#over || finalEnd !== -1) return;
      const parsed = meter.event(data);
      // What a server says behind its last event is not part of the answer.
      if (meter.isFinal) finalEnd = end;
      if (this.#looking) this.#look(data, parsed);
      if (hideUsage && parsed !== undefined && isUsageOnly(parsed)) {
        pieces ??= [];
        pieces.push(block.subarray(kept, start));
        kept = end;
      } else if (restoreModel !== null) {
        const renamed = renameModel(block, name, data, start, end, restoreModel);
        if (renamed === null) return;
        pieces ??= [];
        pieces.push(block.subarray(kept, start), renamed);
        kept = end;
      }
    };
    readSseEvents(block, onEvent, isStreamStart);
    const end = finalEnd === -1 ? block.length : finalEnd;
    if (pieces === null) return end === block.length ? block : block.subarray(0, end);
    return Buffer.concat([...(pieces as Buffer[]), block.subarray(kept, end)]);
  }

  #look(data: Buffer, parsed: JsonObject | undefined): void {
    // Some servers keep the connection awake with events that hold nothing.
    if (data.length === 0) return;
    this.#looking = false;
    const { meter } = this.#options;
    const event = parsed ?? (meter.isFinal ? {} : parseJson(data));
    if (meter.error !== null) {
      this.#over = true;
      this.#listener.onFirst('error-event', isObject(event) ? event : null, null);
    } else if (!isObject(event)) {
      this.#over = true;
      this.#listener.onFirst('not-json', null, null);
    } else {
      this.#listener.onFirst(null, event, null);
    }
  }

  /** The LF of a CRLF that was cut in two: its line has gone out, so it does not wait for the next event. */
  #endSplitLine(chunk: Buffer): Buffer {
    const isSplit = this.#lastByte === CR && chunk[0] === LF && this.#carry.heldBytes === 0;
    this.#lastByte = 0;
    if (!isSplit) return chunk;
    this.#listener.onBlock(chunk.subarray(0, 1));
    return chunk.subarray(1);
  }

  #beginLong(): void {
    if (this.#looking) {
      this.#looking = false;
      this.#listener.onFirst(null, null, null);
    }
    this.#long = new SecretFilter(this.#options.secret);
    const bytes = this.#carry.take();
    readSseEvents(bytes, (_, data) => this.#options.meter.skim(data), this.#isStreamStart);
    this.#isStreamStart = false;
    this.#lastByte = bytes[bytes.length - 1] ?? 0;
    this.#give(this.#long.push(bytes));
  }

  /** Passes on what belongs to the long event, and gives back what comes after it. */
  #continueLong(chunk: Buffer, filter: SecretFilter): Buffer {
    const end = firstEventEnd(chunk, this.#lastByte);
    const piece = end === -1 ? chunk : chunk.subarray(0, end);
    this.#options.meter.skim(piece);
    this.#lastByte = piece[piece.length - 1] ?? 0;
    if (end === -1) this.#give(filter.push(piece));
    else this.#endLong(filter, piece);
    return chunk.subarray(piece.length);
  }

  #endLong(filter: SecretFilter, piece: Buffer): void {
    this.#long = null;
    const last = Buffer.concat([filter.push(piece), filter.flush() ?? NOTHING]);
    if (this.#options.meter.isFinal) this.#finish('complete', last, null);
    else this.#give(last);
  }

  #give(bytes: Buffer): void {
    if (bytes.length > 0) this.#listener.onBlock(bytes);
  }

  #finish(end: RelayEnd, last: Buffer | null, error: Error | null): void {
    this.#over = true;
    this.#listener.onDone(end, last, error);
  }
}

/** True for a block of CRLF lines whose last LF has not come yet. */
function isSplitInCrlf(block: Buffer): boolean {
  return block[block.length - 1] === CR && block[block.length - 2] === LF;
}

/** The chunk that OpenAI sends only when usage was asked for: no choices, only figures. */
function isUsageOnly(event: JsonObject): boolean {
  return Array.isArray(event['choices']) && event['choices'].length === 0 && isObject(event['usage']);
}

/** The event with the model's name replaced; null when it carries none. */
function renameModel(
  block: Buffer,
  eventName: string,
  data: Buffer,
  start: number,
  end: number,
  restore: { readonly path: readonly string[]; readonly name: string },
): Buffer | null {
  const span = findPath(data, restore.path);
  if (span === null || data[span.start] !== 0x22 || span.end - span.start <= 2) return null;
  const name = JSON.stringify(restore.name);
  const offset = data.byteOffset - block.byteOffset;
  const isInPlace = data.buffer === block.buffer && offset >= start && offset + data.length <= end;
  if (isInPlace) return splice(block.subarray(start, end), { start: offset - start + span.start, end: offset - start + span.end }, name);
  // The data came on several lines: JSON is the same on one.
  const oneLine = splice(data, span, name).toString('utf8').replaceAll('\n', ' ');
  return Buffer.from(`${eventName === '' ? '' : `event: ${eventName}\n`}data: ${oneLine}\n\n`);
}
