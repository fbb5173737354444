/** What is known of one account, address, or both. Monotonic ms. */
interface FailureCount {
  failures: number;
  blockedUntilMs: number;
  lastMs: number;
}

/** From which failure on one has to wait, at most how long, and from which failure on for a day. */
export interface FailureRule {
  readonly freeFailures: number;
  readonly longestWaitMs: number;
  readonly closeAfter: number;
  readonly forgetAfterMs: number;
}

const FIRST_WAIT_MS = 1000;
const CLOSED_MS = 24 * 3_600_000;
/** How many of the oldest are looked at for one to drop. */
const CANDIDATES = 16;

/** Counts failures in a row under names that strangers make up: bounded, and hard to push out of memory. */
export class FailureCounts {
  readonly #rule: FailureRule;
  readonly #most: number;
  /** In the order of the last failure. */
  readonly #counts = new Map<string, FailureCount>();

  constructor(rule: FailureRule, most: number) {
    this.#rule = rule;
    this.#most = most;
  }

  get size(): number {
    return this.#counts.size;
  }

  /** Ms to wait before the next try; 0 when there is nothing to wait for. */
  waitMs(name: string, nowMs: number): number {
    const count = this.#counts.get(name);
    return count === undefined || this.#isForgotten(count, nowMs) ? 0 : Math.max(0, count.blockedUntilMs - nowMs);
  }

  fail(name: string, nowMs: number): void {
    const known = this.#counts.get(name);
    const failures = (known === undefined || this.#isForgotten(known, nowMs) ? 0 : known.failures) + 1;
    if (known === undefined && this.#counts.size >= this.#most) this.#dropOne(nowMs);
    this.#counts.delete(name);
    this.#counts.set(name, { failures, blockedUntilMs: nowMs + this.#waitAfter(failures), lastMs: nowMs });
  }

  /** Takes one failure back: it was none. */
  undo(name: string): void {
    const count = this.#counts.get(name);
    if (count === undefined) return;
    count.failures -= 1;
    if (this.#waitAfter(count.failures) === 0) count.blockedUntilMs = 0;
    if (count.failures <= 0) this.#counts.delete(name);
  }

  clear(name: string): void {
    this.#counts.delete(name);
  }

  #waitAfter(failures: number): number {
    const { freeFailures, longestWaitMs, closeAfter } = this.#rule;
    if (failures >= closeAfter) return CLOSED_MS;
    return failures < freeFailures ? 0 : Math.min(longestWaitMs, FIRST_WAIT_MS * 2 ** (failures - freeFailures));
  }

  #isForgotten(count: FailureCount, nowMs: number): boolean {
    return nowMs - count.lastMs >= this.#rule.forgetAfterMs;
  }

  /** Of the oldest the one with the fewest failures: a flood of made-up names drops its own. */
  #dropOne(nowMs: number): void {
    let dropped: string | null = null;
    let fewest = Infinity;
    let looked = 0;
    for (const [name, count] of this.#counts) {
      const weight = this.#isForgotten(count, nowMs) ? -1 : count.failures;
      if (weight < fewest) {
        fewest = weight;
        dropped = name;
      }
      looked += 1;
      if (looked >= CANDIDATES) break;
    }
    if (dropped !== null) this.#counts.delete(dropped);
  }
}
