import type { LabelledCell } from './label-sets.ts';
import type { Sample } from './scraped-metric.ts';

/** One label set of a histogram. */
export class HistogramCell implements LabelledCell {
  readonly values: readonly string[];
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[], values: readonly string[] = []) {
    this.values = values;
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += value;
  }

  /** Cumulative buckets, sum and count, as the exposition has them. */
  collect(name: string, labels: Readonly<Record<string, string>>): Sample[] {
    const metricName = `${name}_bucket`;
    let total = 0;
    const samples: Sample[] = this.#counts.map((count, index) => {
      total += count;
      return { metricName, labels: { le: this.#bounds[index] ?? '+Inf', ...labels }, value: total };
    });
    samples.push({ metricName: `${name}_sum`, labels, value: this.#sum }, { metricName: `${name}_count`, labels, value: total });
    return samples;
  }
}
