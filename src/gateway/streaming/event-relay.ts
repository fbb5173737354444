import { findPath, splice } from '../../lib/json-bytes.ts';
import { isObject, parseJson, type JsonObject } from '../../lib/json-reading.ts';
import { readSseEvents, wholeEventsLength } from '../../lib/sse-events.ts';
import type { ByteSink } from '../../lib/byte-sink.ts';
import { redactWhole } from './secret-filter.ts';

/** Reads the figures of passing events. */
export interface EventMeter {
  event(data: Buffer): JsonObject | undefined;
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
  /** The first event is there and nothing has been given out: the stream is good, or `problem` says why not. */
  onFirst(problem: 'error-event' | 'not-json' | 'empty' | null, event: JsonObject | null): void;
  /** Whole events for the client. */
  onBlock(bytes: Buffer): void;
  /** The last bytes for the client; the caller settles before it sends them. */
  onDone(end: RelayEnd, last: Buffer | null, error: Error | null): void;
}

/** An unfinished event larger than this is passed on in pieces, unread. */
const MOST_HELD_BYTES = 1024 * 1024;
const BLANK_LINE = Buffer.from('\n\n');
const NOTHING = Buffer.alloc(0);

/**
 * Passes server-sent events from an upstream on, whole event by whole event, so that a break never leaves half an event with the client.
 * Bytes stay as they came, except where a name is restored, a chunk hidden or a secret blanked.
 */
export class EventRelay implements ByteSink {
  readonly #options: RelayOptions;
  readonly #listener: RelayListener;
  readonly #secret: Buffer;
  #carry: Buffer = NOTHING;
  #looking = true;
  #isLong = false;
  #over = false;

  constructor(options: RelayOptions, listener: RelayListener) {
    this.#options = options;
    this.#listener = listener;
    this.#secret = Buffer.from(options.secret.length >= 8 ? options.secret : '');
  }

  onData(chunk: Buffer): void {
    if (this.#over) return;
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    const whole = wholeEventsLength(bytes);
    this.#carry = whole === bytes.length ? NOTHING : bytes.subarray(whole);
    if (whole > 0) this.#pass(bytes.subarray(0, whole));
    if (this.#carry.length > MOST_HELD_BYTES) this.#passLong();
  }

  onEnd(): void {
    if (this.#over) return;
    if (this.#carry.length > 0 && !this.#isLong) {
      // The last event may lack its blank line; the client's parser gets one.
      const rest = Buffer.concat([this.#carry, BLANK_LINE]);
      this.#carry = NOTHING;
      this.#pass(rest);
      if (this.#isFinished()) return;
    }
    if (this.#looking) {
      this.#over = true;
      this.#listener.onFirst('empty', null);
      return;
    }
    const { meter } = this.#options;
    this.#finish(meter.isEnded || meter.error !== null ? 'complete' : 'cut', null, null);
  }

  onBreak(error: Error): void {
    if (this.#over) return;
    if (this.#looking) {
      this.#over = true;
      this.#listener.onFirst('empty', null);
      return;
    }
    this.#finish('cut', null, error);
  }

  /** True when an event has been passed on in part and the client's parser stands inside it. */
  get isInsideEvent(): boolean {
    return this.#isLong;
  }

  #isFinished(): boolean {
    return this.#over;
  }

  #pass(block: Buffer): void {
    if (this.#isLong) {
      // The rest of an event that was too long to read.
      this.#isLong = false;
      this.#listener.onBlock(block);
      return;
    }
    const edited = this.#readBlock(block);
    if (this.#over) return;
    const out = redactWhole(edited, this.#secret);
    if (this.#options.meter.isFinal) this.#finish('complete', out, null);
    else if (out.length > 0) this.#listener.onBlock(out);
  }

  /** Shows the events to the meter and applies the edits. */
  #readBlock(block: Buffer): Buffer {
    const { meter, hideUsage, restoreModel } = this.#options;
    let pieces: Buffer[] | null = null;
    let kept = 0;
    readSseEvents(block, (name, data, start, end) => {
      if (this.#over) return;
      const parsed = meter.event(data);
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
    });
    if (pieces === null) return block;
    return Buffer.concat([...(pieces as Buffer[]), block.subarray(kept)]);
  }

  #look(data: Buffer, parsed: JsonObject | undefined): void {
    this.#looking = false;
    const { meter } = this.#options;
    const event = parsed ?? (meter.isFinal ? {} : parseJson(data));
    if (meter.error !== null) {
      this.#over = true;
      this.#listener.onFirst('error-event', isObject(event) ? event : null);
    } else if (!isObject(event)) {
      this.#over = true;
      this.#listener.onFirst('not-json', null);
    } else {
      this.#listener.onFirst(null, event);
    }
  }

  #passLong(): void {
    if (this.#looking) {
      this.#looking = false;
      this.#listener.onFirst(null, null);
    }
    this.#isLong = true;
    const bytes = this.#carry;
    this.#carry = NOTHING;
    this.#listener.onBlock(bytes);
  }

  #finish(end: RelayEnd, last: Buffer | null, error: Error | null): void {
    this.#over = true;
    this.#listener.onDone(end, last, error);
  }
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
