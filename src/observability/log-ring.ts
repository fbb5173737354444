const MOST_LINES = 1000;

/** The latest lines of the log, as they were written: secrets were taken out before. */
export class LogRing {
  readonly #lines: string[] = [];
  #next = 0;

  readonly add = (line: string): void => {
    this.#lines[this.#next] = line;
    this.#next = (this.#next + 1) % MOST_LINES;
  };

  /** The oldest first. */
  lines(): readonly string[] {
    return [...this.#lines.slice(this.#next), ...this.#lines.slice(0, this.#next)];
  }
}
