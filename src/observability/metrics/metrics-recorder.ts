import type { AttemptRecord, ExchangeRecord } from '../../domain/exchange-record.ts';
import type { ExchangeProtocol } from '../../domain/protocol.ts';
import type { AdmissionLimits } from '../../ports/rate-limiter.ts';
import type { AttemptLabels, ExchangeLabels, Recorder } from '../../ports/recorder.ts';
import type { CompatibleFamilies } from './compatible-families.ts';
import { KeyBalancerMetrics } from './key-balancer-metrics.ts';
import { OwnMetrics } from './own-metrics.ts';
import { ProxyMetrics } from './proxy-metrics.ts';
import type { ScrapedMetric } from './scraped-metric.ts';

/** Counts what the data plane tells, for the gateway's own families and those of older programs that were asked for. */
export class MetricsRecorder implements Recorder {
  readonly #own = new OwnMetrics();
  readonly #keyBalancer: KeyBalancerMetrics | null;
  readonly #proxy: ProxyMetrics | null;
  readonly #compat: readonly CompatibleFamilies[];

  constructor(compat: readonly CompatibleFamilies[]) {
    this.#compat = compat;
    this.#keyBalancer = compat.includes('key_lb') || compat.includes('api_lb') ? new KeyBalancerMetrics() : null;
    this.#proxy = compat.includes('proxy') ? new ProxyMetrics() : null;
  }

  exchangeStarted(endpoint: string): void {
    this.#own.exchangeStarted();
    this.#proxy?.requestStarted(endpoint);
  }

  exchangeEnded(record: ExchangeRecord, labels: ExchangeLabels): void {
    this.#own.exchangeEnded(record, labels);
    this.#proxy?.requestEnded(record, labels);
  }

  attemptStarted(labels: AttemptLabels): void {
    this.#keyBalancer?.attemptStarted(labels);
  }

  attemptEnded(attempt: AttemptRecord, labels: AttemptLabels): void {
    this.#own.attemptEnded(attempt, labels);
    this.#keyBalancer?.attemptEnded(attempt, labels);
  }

  refused(
    _protocol: ExchangeProtocol,
    endpoint: string,
    _method: string,
    status: number,
    code: string,
    durationMs: number,
    labels: ExchangeLabels,
  ): void {
    this.#own.refused(endpoint, status, code);
    this.#proxy?.requestRefused(labels, status, durationMs);
  }

  limitRejected(limit: keyof AdmissionLimits): void {
    this.#own.limitRejected(limit);
  }

  waited(durationMs: number, served: boolean): void {
    this.#own.waited(durationMs, served);
  }

  metrics(version: string): ScrapedMetric[] {
    return [
      ...this.#own.metrics(),
      ...(this.#compat.includes('key_lb') ? (this.#keyBalancer?.metrics('llm_key_lb') ?? []) : []),
      ...(this.#compat.includes('api_lb') ? (this.#keyBalancer?.metrics('llm_api_lb') ?? []) : []),
      ...(this.#proxy?.metrics(version) ?? []),
    ];
  }
}
