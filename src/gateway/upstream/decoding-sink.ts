import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
import type { ByteSink } from '../../lib/byte-sink.ts';

const DECODERS: Readonly<Record<string, (first: number) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
  // `deflate` means zlib's form, but some servers send the raw one; zlib's begins with its method, 8.
  deflate: (first) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw()),
};

/** True when an answer with this content-encoding can be unpacked while it passes. */
export function canDecode(encoding: string): boolean {
  return Object.hasOwn(DECODERS, encoding.trim().toLowerCase());
}

/** Unpacks an answer on its way to another sink, piece by piece; what a broken answer still held is given out before the break is told. */
export class DecodingSink implements ByteSink {
  readonly #encoding: string;
  readonly #inner: ByteSink;
  #decoder: Transform | null = null;
  #isPaused = false;
  #broken: Error | null = null;
  #over = false;

  constructor(encoding: string, inner: ByteSink) {
    this.#encoding = encoding.trim().toLowerCase();
    this.#inner = inner;
  }

  onData(chunk: Buffer): void {
    if (this.#over || chunk.length === 0) return;
    this.#decoder ??= this.#start(chunk[0] ?? 0);
    this.#decoder.write(chunk);
  }

  onEnd(): void {
    if (this.#over) return;
    if (this.#decoder === null) return this.#finish(null);
    this.#decoder.end();
  }

  onBreak(error: Error): void {
    if (this.#over || this.#broken !== null) return;
    this.#broken = error;
    if (this.#decoder === null) return this.#finish(error);
    this.#decoder.end();
    this.#decoder.resume();
  }

  /** The client is slow: nothing more is unpacked until it has read what is there. */
  pause(): void {
    this.#isPaused = true;
    this.#decoder?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#decoder?.resume();
  }

  #start(first: number): Transform {
    const decoder = DECODERS[this.#encoding]?.(first);
    if (decoder === undefined) throw new Error(`no decoder for the content-encoding ${this.#encoding}`);
    decoder.on('data', (bytes: Buffer) => {
      if (!this.#over) this.#inner.onData(bytes);
    });
    decoder.once('end', () => this.#finish(this.#broken));
    decoder.once('error', (error) => this.#finish(this.#broken ?? error));
    if (this.#isPaused) decoder.pause();
    return decoder;
  }

  #finish(error: Error | null): void {
    if (this.#over) return;
    this.#over = true;
    if (error === null) this.#inner.onEnd();
    else this.#inner.onBreak(error);
  }
}
