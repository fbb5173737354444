import type { ExchangeRecord } from '../../domain/exchange-record.ts';
import type { Usage } from '../../domain/usage.ts';
import type { ExchangeLabels } from '../../ports/recorder.ts';
import { PROXY_FAMILIES } from './compatible-families.ts';
import { CounterSets, type CounterCell } from './counter-sets.ts';
import type { HistogramCell } from './histogram-cell.ts';
import { HistogramSets } from './histogram-sets.ts';
import { KnownCells } from './known-cells.ts';
import type { ScrapedMetric } from './scraped-metric.ts';
import { StateSets } from './state-sets.ts';

type TokenCell = ReturnType<StateSets<'prompt' | 'completion' | 'total'>['add']>;

/** Whose clock the times of streams are from: only the provider's stream is looked at. */
const SOURCE = 'provider';

/** What llm-proxy counted: requests of clients, however many attempts they took. */
export class ProxyMetrics {
  readonly #requests = new CounterSets(PROXY_FAMILIES.requests);
  readonly #duration = new HistogramSets(PROXY_FAMILIES.duration);
  readonly #active = new CounterSets(PROXY_FAMILIES.active);
  readonly #tokens = new StateSets(PROXY_FAMILIES.tokens, 'token_type', ['prompt', 'completion', 'total']);
  readonly #latency = new HistogramSets(PROXY_FAMILIES.providerLatency);
  readonly #timeToFirstToken = new HistogramSets(PROXY_FAMILIES.timeToFirstToken);
  readonly #tokensPerSecond = new HistogramSets(PROXY_FAMILIES.tokensPerSecond);
  readonly #knownRequests = new KnownCells<number, CounterCell>();
  readonly #knownDuration = new WeakMap<ExchangeLabels, HistogramCell>();
  readonly #knownTokens = new WeakMap<ExchangeLabels, TokenCell>();

  requestStarted(endpoint: string): void {
    this.#activeOn(endpoint).value += 1;
  }

  requestEnded(record: ExchangeRecord, labels: ExchangeLabels): void {
    this.#count(labels, record.status, record.durationMs);
    this.#countTokens(record.usage, labels);
    const { provider } = labels;
    const last = record.attempts.at(-1);
    if (last !== undefined && last.status > 0) {
      const latency = this.#latency.find(provider) ?? this.#latency.add([provider]);
      latency.observe(last.durationMs / 1000);
    }
    if (record.stream && record.firstByteMs !== null) this.#observeStream(record, record.firstByteMs, labels);
  }

  requestRefused(labels: ExchangeLabels, status: number, durationMs: number): void {
    this.#count(labels, status, durationMs);
  }

  metrics(version: string): ScrapedMetric[] {
    const { requests, duration, active, tokens, providerLatency, timeToFirstToken, tokensPerSecond, appInfo } = PROXY_FAMILIES;
    return [
      { family: requests, collect: () => this.#requests.collect(requests) },
      { family: duration, collect: () => this.#duration.collect(duration) },
      { family: active, collect: () => this.#active.collect(active) },
      { family: tokens, collect: () => this.#tokens.collect() },
      { family: providerLatency, collect: () => this.#latency.collect(providerLatency) },
      { family: timeToFirstToken, collect: () => this.#timeToFirstToken.collect(timeToFirstToken) },
      { family: tokensPerSecond, collect: () => this.#tokensPerSecond.collect(tokensPerSecond) },
      { family: appInfo, collect: () => [{ labels: { version }, value: 1 }] },
    ];
  }

  #count(labels: ExchangeLabels, status: number, durationMs: number): void {
    this.#activeOn(labels.endpoint).value -= 1;
    const requests = this.#knownRequests.find(labels, status) ?? this.#knownRequests.keep(labels, status, this.#requestsOf(labels, status));
    requests.value += 1;
    this.#durationOf(labels).observe(durationMs / 1000);
  }

  #countTokens(usage: Usage, labels: ExchangeLabels): void {
    const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
    if (prompt === 0 && usage.output === 0) return;
    const { counts } = this.#tokensOf(labels);
    counts.prompt += prompt;
    counts.completion += usage.output;
    counts.total += prompt + usage.output;
  }

  #requestsOf(labels: ExchangeLabels, status: number): CounterCell {
    const { method, endpoint, publicModel, provider, caller } = labels;
    const key = `${method}\0${endpoint}\0${publicModel}\0${provider}\0${status}\0${caller}`;
    return this.#requests.find(key) ?? this.#requests.add([method, endpoint, publicModel, provider, String(status), caller]);
  }

  #durationOf(labels: ExchangeLabels): HistogramCell {
    let cell = this.#knownDuration.get(labels);
    if (cell === undefined) {
      const { method, endpoint, publicModel, provider, caller } = labels;
      const key = `${method}\0${endpoint}\0${publicModel}\0${provider}\0${caller}`;
      cell = this.#duration.find(key) ?? this.#duration.add([method, endpoint, publicModel, provider, caller]);
      this.#knownDuration.set(labels, cell);
    }
    return cell;
  }

  #tokensOf(labels: ExchangeLabels): TokenCell {
    let cell = this.#knownTokens.get(labels);
    if (cell === undefined) {
      const { publicModel, provider, caller } = labels;
      cell = this.#tokens.find(`${publicModel}\0${provider}\0${caller}`) ?? this.#tokens.add([publicModel, provider, caller]);
      this.#knownTokens.set(labels, cell);
    }
    return cell;
  }

  #observeStream(record: ExchangeRecord, firstByteMs: number, { publicModel, provider }: ExchangeLabels): void {
    const key = `${SOURCE}\0${publicModel}\0${provider}`;
    const first = this.#timeToFirstToken.find(key) ?? this.#timeToFirstToken.add([SOURCE, publicModel, provider]);
    first.observe(firstByteMs / 1000);
    // An answer that came in one piece has no time of its own to be measured by.
    const spanMs = record.durationMs > firstByteMs ? record.durationMs - firstByteMs : record.durationMs;
    if (record.usage.output === 0 || spanMs <= 0) return;
    const perSecond = this.#tokensPerSecond.find(key) ?? this.#tokensPerSecond.add([SOURCE, publicModel, provider]);
    perSecond.observe((record.usage.output * 1000) / spanMs);
  }

  #activeOn(endpoint: string): CounterCell {
    return this.#active.find(endpoint) ?? this.#active.add([endpoint]);
  }
}
