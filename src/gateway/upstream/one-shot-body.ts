import { Readable } from 'node:stream';

/** From this size on a body is handed over in a way that lets it go once it is sent: the HTTP client keeps a plain buffer until the answer ends. */
export const LARGE_BODY_BYTES = 64 * 1024;

/** A body that is given once and then let go, so that a long answer does not hold a long request. */
export class OneShotBody extends Readable {
  #bytes: Buffer | null;

  constructor(bytes: Buffer) {
    super({ highWaterMark: bytes.length });
    this.#bytes = bytes;
  }

  override _read(): void {
    const bytes = this.#bytes;
    this.#bytes = null;
    if (bytes !== null) this.push(bytes);
    this.push(null);
  }
}
