import { setImmediate } from 'node:timers/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { JournalStatus } from '../ports/journal.ts';
import type { Recorder } from '../ports/recorder.ts';
import { watchEventLoopDelay, type EventLoopDelayWatch } from './event-loop-delay.ts';
import type { CompatibleFamilies } from './metrics/compatible-families.ts';
import { liveMetrics, type LiveSources } from './metrics/live-metrics.ts';
import { MetricsRecorder } from './metrics/metrics-recorder.ts';
import { OWN_READ } from './metrics/own-families.ts';
import { registerScrapedMetric, type ScrapedMetric } from './metrics/scraped-metric.ts';

export interface MetricsOptions extends LiveSources {
  /** Families of older programs to show besides the gateway's own. */
  readonly compat: readonly CompatibleFamilies[];
  readonly version: string;
  readonly waitingRoomDepth: () => number;
  readonly journalStatus: () => JournalStatus;
  /** Changed configurations that could not be used, since the start. */
  readonly reloadFailures: () => number;
}

export interface Metrics {
  readonly recorder: Recorder;
  /** The exposition in the text format of Prometheus. Begins a new period of the event loop's delay. */
  render(): Promise<string>;
  readonly contentType: string;
  stop(): void;
}

/** Metrics of one gateway: what the recorder is told, and what the given functions say at scrape time. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const recorder = new MetricsRecorder(options.compat);
  const eventLoop = watchEventLoopDelay();
  for (const metric of [...recorder.metrics(options.version), ...liveMetrics(options, options.compat), ...readMetrics(options, eventLoop)]) {
    registerScrapedMetric(registry, metric);
  }
  collectDefaultMetrics({ register: registry });
  return {
    recorder,
    render: () => render(registry),
    contentType: registry.contentType,
    stop: () => {
      eventLoop.stop();
      registry.clear();
    },
  };
}

/** One family after the other, so that a scrape of many lines does not hold up the requests. */
async function render(registry: Registry): Promise<string> {
  const texts: string[] = [];
  for (const { name } of registry.getMetricsAsArray()) {
    texts.push(await registry.getSingleMetricAsString(name));
    await setImmediate();
  }
  return `${texts.join('\n\n')}\n`;
}

function readMetrics(options: MetricsOptions, eventLoop: EventLoopDelayWatch): ScrapedMetric[] {
  const { journalStatus } = options;
  const one = (family: ScrapedMetric['family'], read: () => number): ScrapedMetric => ({ family, collect: () => [{ labels: {}, value: read() }] });
  return [
    one(OWN_READ.waitingRoomDepth, options.waitingRoomDepth),
    one(OWN_READ.journalLag, () => journalStatus().lag),
    one(OWN_READ.journalBytes, () => journalStatus().bytes),
    one(OWN_READ.journalErrors, () => journalStatus().writeErrors),
    one(OWN_READ.journalLost, () => journalStatus().lost ?? 0),
    one(OWN_READ.ledgerErrors, () => journalStatus().ledgerErrors),
    one(OWN_READ.configRevision, () => options.snapshot().revision),
    one(OWN_READ.reloadFailures, options.reloadFailures),
    {
      family: OWN_READ.eventLoopDelay,
      collect: () => Object.entries(eventLoop.take()).map(([quantile, delayMs]) => ({ labels: { quantile }, value: delayMs / 1000 })),
    },
  ];
}
