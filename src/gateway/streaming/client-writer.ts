import type { ServerResponse } from 'node:http';
import { takeFraming, writePiece } from './chunk-framing.ts';

/** What the writer does to whoever feeds it. */
export interface Feed {
  pause(): void;
  resume(): void;
}

/** Writes a streamed answer, and stops its feed while the client is slow, so that at most the socket's own buffer is held. */
export class ClientWriter {
  readonly #response: ServerResponse;
  readonly #feed: Feed;
  readonly #onBlocked: (blocked: boolean) => void;
  #blocked = false;
  #isFramed = false;

  constructor(response: ServerResponse, feed: Feed, onBlocked: (blocked: boolean) => void) {
    this.#response = response;
    this.#feed = feed;
    this.#onBlocked = onBlocked;
  }

  /** To be called once the head of the answer is written. */
  begin(): void {
    this.#isFramed = takeFraming(this.#response);
  }

  /** The frames of chunks are written here and not by node:http. */
  get isFramed(): boolean {
    return this.#isFramed;
  }

  get isBlocked(): boolean {
    return this.#blocked;
  }

  write(bytes: Buffer | string): void {
    if (bytes.length === 0 || this.#response.destroyed) return;
    if (writePiece(this.#response, this.#isFramed, bytes) || this.#blocked) return;
    this.#blocked = true;
    this.#feed.pause();
    this.#onBlocked(true);
    this.#response.once('drain', () => {
      this.#blocked = false;
      this.#onBlocked(false);
      this.#feed.resume();
    });
  }
}
