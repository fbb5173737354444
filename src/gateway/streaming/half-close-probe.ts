/** Waits between the signs of life that are sent; the answer to one is seen at the next, so the first come quickly and the last for slow networks. */
const STEPS_MS = [0, 4, 16, 60, 250, 1000];

/**
 * Finds out whether a client that closed its side still reads. Nothing on the wire tells, except that writing to one that left is answered
 * with a reset: a few comments are written, and the connection breaks under them if nobody is there.
 */
export class HalfCloseProbe {
  readonly #writeComment: () => void;
  #timer: NodeJS.Timeout | null = null;
  #step = 0;

  constructor(writeComment: () => void) {
    this.#writeComment = writeComment;
  }

  start(): void {
    const delayMs = STEPS_MS[this.#step];
    if (delayMs === undefined) return;
    this.#step += 1;
    this.#timer = setTimeout(() => {
      this.#writeComment();
      this.start();
    }, delayMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#step = STEPS_MS.length;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
