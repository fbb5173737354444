import { randomFillSync } from 'node:crypto';

const POOL_IDS = 512;
const BYTES_PER_ID = 10;
const HEX_DIGITS = Buffer.from('0123456789abcdef');
/** Where the random digits stand in the text. */
const RANDOM_PLACES = [14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** Makes UUIDv7 strings (RFC 9562): sortable by time, random in the rest. Random bytes are fetched for many ids at once. */
export class UuidV7Source {
  readonly #pool = Buffer.allocUnsafe(POOL_IDS * BYTES_PER_ID);
  /** The id is written digit by digit: joined from pieces it would be flattened later, each time it is used. */
  readonly #text = Buffer.from('00000000-0000-0000-0000-000000000000');
  #at = this.#pool.length;
  #timeMs = 0;

  next(nowMs: number): string {
    if (this.#at >= this.#pool.length) {
      randomFillSync(this.#pool);
      this.#at = 0;
    }
    const at = this.#at;
    this.#at = at + BYTES_PER_ID;
    const pool = this.#pool;
    pool[at] = ((pool[at] ?? 0) & 0x0f) | 0x70;
    pool[at + 2] = ((pool[at + 2] ?? 0) & 0x3f) | 0x80;
    if (nowMs !== this.#timeMs) this.#writeTime(nowMs);
    const text = this.#text;
    for (let i = 0; i < BYTES_PER_ID; i += 1) {
      const byte = pool[at + i] ?? 0;
      const place = RANDOM_PLACES[i] ?? 0;
      text[place] = HEX_DIGITS[byte >> 4] ?? 0;
      text[place + 1] = HEX_DIGITS[byte & 0x0f] ?? 0;
    }
    return text.toString('latin1');
  }

  #writeTime(nowMs: number): void {
    const time = nowMs.toString(16).padStart(12, '0');
    this.#text.write(`${time.slice(0, 8)}-${time.slice(8)}`, 'latin1');
    this.#timeMs = nowMs;
  }
}
