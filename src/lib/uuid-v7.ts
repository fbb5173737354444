import { randomFillSync } from 'node:crypto';

const POOL_IDS = 512;
const BYTES_PER_ID = 10;

/** Makes UUIDv7 strings (RFC 9562): sortable by time, random in the rest. Random bytes are fetched for many ids at once. */
export class UuidV7Source {
  readonly #pool = Buffer.allocUnsafe(POOL_IDS * BYTES_PER_ID);
  #at = this.#pool.length;

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
    const time = nowMs.toString(16).padStart(12, '0');
    const random = pool.toString('hex', at, at + BYTES_PER_ID);
    return `${time.slice(0, 8)}-${time.slice(8)}-${random.slice(0, 4)}-${random.slice(4, 8)}-${random.slice(8)}`;
  }
}
