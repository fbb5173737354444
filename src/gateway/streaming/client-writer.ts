import type { ServerResponse } from 'node:http';

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

  constructor(response: ServerResponse, feed: Feed, onBlocked: (blocked: boolean) => void) {
    this.#response = response;
    this.#feed = feed;
    this.#onBlocked = onBlocked;
  }

  get isBlocked(): boolean {
    return this.#blocked;
  }

  write(bytes: Buffer | string): void {
    if (bytes.length === 0 || this.#response.destroyed) return;
    if (this.#response.write(bytes) || this.#blocked) return;
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
