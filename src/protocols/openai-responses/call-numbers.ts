/** Counts the calls of one answer, and makes ids for those to which the upstream gave none. */
export class CallNumbers {
  readonly #requestId: string;
  #count = 0;

  constructor(requestId: string) {
    this.#requestId = requestId;
  }

  get count(): number {
    return this.#count;
  }

  take(): number {
    this.#count += 1;
    return this.#count - 1;
  }

  idOf(call: number): string {
    return `call_${this.#requestId}_${call}`;
  }
}
