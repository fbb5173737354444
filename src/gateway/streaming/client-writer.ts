import type { ServerResponse } from 'node:http';
import { takeFraming, writePiece, writeStraight } from './chunk-framing.ts';

/** What the writer does to whoever feeds it. */
export interface Feed {
  pause(): void;
  resume(): void;
  /** The client became slow, or took everything again. */
  blocked(isBlocked: boolean): void;
}

/** Writes a streamed answer whose head is written, and stops its feed while the client is slow, so that at most the socket's own buffer is held. */
export class ClientWriter {
  readonly #response: ServerResponse;
  readonly #feed: Feed;
  /** The frames of chunks are written here and not by node:http. */
  readonly isFramed: boolean;
  #hasBegun = false;
  #blocked = false;

  constructor(response: ServerResponse, feed: Feed) {
    this.#response = response;
    this.#feed = feed;
    this.isFramed = takeFraming(response);
  }

  get isBlocked(): boolean {
    return this.#blocked;
  }

  write(bytes: Buffer | string): void {
    const response = this.#response;
    if (bytes.length === 0 || response.destroyed) return;
    const straight = this.isFramed && this.#hasBegun ? writeStraight(response, bytes) : undefined;
    this.#hasBegun = true;
    const hasRoom = straight ?? writePiece(response, this.isFramed, bytes);
    if (hasRoom || this.#blocked) return;
    this.#blocked = true;
    this.#feed.pause();
    this.#feed.blocked(true);
    (straight === undefined ? response : (response.socket ?? response)).once('drain', () => {
      this.#blocked = false;
      this.#feed.blocked(false);
      this.#feed.resume();
    });
  }
}
