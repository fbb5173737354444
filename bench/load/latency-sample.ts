const KEPT = 200_000;

/** Keeps latencies of a run, thinning evenly when there are very many. */
export class LatencySample {
  #values: number[] = [];
  #stride = 1;
  #seen = 0;

  add(ms: number): void {
    this.#seen += 1;
    if (this.#seen % this.#stride !== 0) return;
    this.#values.push(ms);
    if (this.#values.length < KEPT) return;
    this.#values = this.#values.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }

  /** 0 when nothing was added. */
  quantile(share: number): number {
    const sorted = this.#values.toSorted((left, right) => left - right);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  }
}
