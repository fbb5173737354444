import type { ByteSink } from '../../lib/byte-sink.ts';
import { SecretFilter } from './secret-filter.ts';

export interface ByteListener {
  onBlock(bytes: Buffer): void;
  /** `last`: bytes that complete the answer; the caller settles before it sends them. */
  onDone(end: 'complete' | 'cut', last: Buffer | null, error: Error | null): void;
}

/**
 * Passes any body on as it comes. When its length was announced, the piece that completes it is held for the caller, because with it the
 * client has the whole answer.
 */
export class ByteRelay implements ByteSink {
  readonly #listener: ByteListener;
  readonly #filter: SecretFilter;
  readonly #length: number | null;
  #passed = 0;
  #over = false;

  constructor(listener: ByteListener, secret: string, length: number | null) {
    this.#listener = listener;
    this.#filter = new SecretFilter(secret);
    this.#length = length;
  }

  onData(chunk: Buffer): void {
    if (this.#over) return;
    this.#passed += chunk.length;
    const bytes = this.#filter.push(chunk);
    if (this.#length !== null && this.#passed >= this.#length) {
      this.#over = true;
      const held = this.#filter.flush();
      this.#listener.onDone('complete', held === null ? bytes : Buffer.concat([bytes, held]), null);
    } else if (bytes.length > 0) {
      this.#listener.onBlock(bytes);
    }
  }

  onEnd(): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.onDone('complete', this.#filter.flush(), null);
  }

  onBreak(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.onDone('cut', null, error);
  }
}
