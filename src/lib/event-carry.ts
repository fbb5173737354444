import { wholeEventsLength } from './sse-events.ts';

const SMALL_EVENT_BYTES = 16 * 1024;
const NOTHING = Buffer.alloc(0);

/** Gathers the pieces of a stream of server-sent events into blocks of whole events. */
export class EventCarry {
  #carry: Buffer = NOTHING;
  /** Where a large unfinished event gathers, with room for more of it behind `#stored` bytes. */
  #store: Buffer = NOTHING;
  #stored = 0;

  /** Bytes that are held because their event is not complete. */
  get heldBytes(): number {
    return this.#carry.length;
  }

  /** Takes a piece; gives the whole events that are complete now, possibly none. */
  push(piece: Buffer): Buffer {
    const bytes = this.#carry.length === 0 ? piece : this.#join(this.#carry, piece);
    const whole = wholeEventsLength(bytes, this.#carry.length);
    this.#carry = whole === bytes.length ? NOTHING : bytes.subarray(whole);
    return whole === bytes.length ? bytes : bytes.subarray(0, whole);
  }

  /** The unfinished rest, which is then no longer held. */
  take(): Buffer {
    const rest = this.#carry;
    this.#carry = NOTHING;
    this.#store = NOTHING;
    return rest;
  }

  /** The carry with more behind it. A large one grows in place: copied anew each time, it would cost the square of its length. */
  #join(carry: Buffer, more: Buffer): Buffer {
    const length = carry.length + more.length;
    if (length < SMALL_EVENT_BYTES) return Buffer.concat([carry, more]);
    const isStored = carry.buffer === this.#store.buffer && carry.byteOffset + carry.length === this.#store.byteOffset + this.#stored;
    if (!isStored || this.#stored + more.length > this.#store.length) {
      this.#store = Buffer.allocUnsafeSlow(length * 2);
      this.#stored = carry.copy(this.#store);
    }
    this.#stored += more.copy(this.#store, this.#stored);
    return this.#store.subarray(this.#stored - length, this.#stored);
  }
}
