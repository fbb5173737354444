import type { Metric, Registry } from 'prom-client';
import type { FamilyDefinition } from './family-definition.ts';

/** One line of the exposition. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Differs from the family's name in histograms. */
  readonly metricName?: string;
}

/** A family whose samples are made when they are asked for. */
export interface ScrapedMetric {
  readonly family: FamilyDefinition;
  readonly collect: () => readonly Sample[];
}

/** Gives a family to a registry, as an object that has what prom-client asks of a metric at scrape time. */
export function registerScrapedMetric(registry: Registry, { family, collect }: ScrapedMetric): void {
  const { name, help, type } = family;
  const metric = { name, help, type, get: () => Promise.resolve({ name, help, type, aggregator: 'sum', values: collect() }) };
  // prom-client's types list its own classes only.
  registry.registerMetric(metric as unknown as Metric);
}

export function labelsOf(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}
