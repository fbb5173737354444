import type { ByteSink } from '../../lib/byte-sink.ts';

export type Collected =
  | { readonly kind: 'whole'; readonly body: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'broken'; readonly error: Error };

/** Gathers a body in memory, up to a limit. */
export class BodyCollector implements ByteSink {
  readonly #mostBytes: number;
  readonly #onDone: (collected: Collected) => void;
  #chunks: Buffer[] = [];
  #length = 0;
  #over = false;

  constructor(mostBytes: number, onDone: (collected: Collected) => void) {
    this.#mostBytes = mostBytes;
    this.#onDone = onDone;
  }

  onData(chunk: Buffer): void {
    if (this.#over) return;
    this.#length += chunk.length;
    if (this.#length > this.#mostBytes) {
      this.#chunks = [];
      this.#finish({ kind: 'too-large' });
      return;
    }
    this.#chunks.push(chunk);
  }

  onEnd(): void {
    const [first] = this.#chunks;
    this.#finish({ kind: 'whole', body: this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#length) });
  }

  onBreak(error: Error): void {
    this.#finish({ kind: 'broken', error });
  }

  #finish(collected: Collected): void {
    if (this.#over) return;
    this.#over = true;
    this.#onDone(collected);
  }
}
