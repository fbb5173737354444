/** Too many wait already; worth 503 with Retry-After. */
export class WorkQueueFull extends Error {
  constructor() {
    super('Too many logins are being checked at this moment; try again in a few seconds.');
    this.name = 'WorkQueueFull';
  }
}

/** Lets a few pieces of work run at a time and a bounded number wait, in the order of their coming. */
export class WorkQueue {
  readonly #atATime: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atATime: number, mostWaiting: number) {
    this.#atATime = atATime;
    this.#mostWaiting = mostWaiting;
  }

  /** @throws {WorkQueueFull} without having begun. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.#atATime) this.#running += 1;
    else await this.#wait();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The place goes over to the next one, so that nobody comes in between.
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= this.#mostWaiting) return Promise.reject(new WorkQueueFull());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
