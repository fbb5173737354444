import type { AttemptRecord, ExchangeRecord } from '../../domain/exchange-record.ts';
import type { AdmissionLimits } from '../../ports/rate-limiter.ts';
import type { AttemptLabels, ExchangeLabels } from '../../ports/recorder.ts';
import { CounterSets, type CounterCell } from './counter-sets.ts';
import type { FamilyDefinition } from './family-definition.ts';
import { HistogramCell } from './histogram-cell.ts';
import { KnownCells } from './known-cells.ts';
import { OWN_COUNTED } from './own-families.ts';
import type { ScrapedMetric } from './scraped-metric.ts';

const FIRST_STATUS_OF_REFUSALS = 400;
const LIMITS = {
  requestsPerSecond: 0,
  burst: 0,
  requestsPerMinute: 0,
  requestsPerDay: 0,
  tokensPerMinute: 0,
  concurrency: 0,
} as const satisfies Record<keyof AdmissionLimits, 0>;

/** The gateway's own counters: plain fields, read at scrape time. */
export class OwnMetrics {
  readonly #exchanges = new CounterSets(OWN_COUNTED.exchanges);
  readonly #attempts = new CounterSets(OWN_COUNTED.attempts);
  readonly #refused = new CounterSets(OWN_COUNTED.refused);
  readonly #knownExchanges = new KnownCells<number, CounterCell>();
  readonly #knownAttempts = new KnownCells<AttemptRecord['outcome'], CounterCell>();
  readonly #exchangeDuration = new HistogramCell(OWN_COUNTED.exchangeDuration.buckets);
  readonly #timeToFirstToken = new HistogramCell(OWN_COUNTED.timeToFirstToken.buckets);
  readonly #overhead = new HistogramCell(OWN_COUNTED.overhead.buckets);
  readonly #wait = new HistogramCell(OWN_COUNTED.waitingRoomWait.buckets);
  readonly #limitRejections: Record<keyof AdmissionLimits, number> = { ...LIMITS };
  readonly #tokens = { input: 0, cache_read: 0, cache_write: 0, output: 0, reasoning: 0, audio: 0 };
  readonly #waited = { true: 0, false: 0 };
  #inflight = 0;
  #costMicroUsd = 0;

  exchangeStarted(): void {
    this.#inflight += 1;
  }

  exchangeEnded(record: ExchangeRecord, labels: ExchangeLabels): void {
    this.#inflight -= 1;
    const { status, stream, durationMs, firstByteMs, usage } = record;
    const detail = status * 2 + (stream ? 1 : 0);
    const cell = this.#knownExchanges.find(labels, detail) ?? this.#knownExchanges.keep(labels, detail, this.#exchangesOf(record, labels));
    cell.value += 1;
    this.#exchangeDuration.observe(durationMs / 1000);
    if (stream && firstByteMs !== null) this.#timeToFirstToken.observe(firstByteMs / 1000);
    let attemptsMs = 0;
    for (const attempt of record.attempts) attemptsMs += attempt.durationMs;
    this.#overhead.observe(Math.max(0, durationMs - attemptsMs) / 1000);
    const tokens = this.#tokens;
    tokens.input += usage.input;
    tokens.cache_read += usage.cacheRead;
    tokens.cache_write += usage.cacheWrite;
    tokens.output += usage.output;
    tokens.reasoning += usage.reasoning;
    tokens.audio += usage.audioInput + usage.audioOutput;
    this.#costMicroUsd += record.costMicroUsd;
  }

  attemptEnded({ outcome }: AttemptRecord, labels: AttemptLabels): void {
    const cell = this.#knownAttempts.find(labels, outcome) ?? this.#knownAttempts.keep(labels, outcome, this.#attemptsOf(outcome, labels));
    cell.value += 1;
  }

  refused(endpoint: string, status: number, code: string): void {
    this.#inflight -= 1;
    // A call that the gateway answers by itself, such as the list of models, comes this way too.
    if (status < FIRST_STATUS_OF_REFUSALS) return;
    const cell = this.#refused.find(`${endpoint}\0${status}\0${code}`) ?? this.#refused.add([endpoint, String(status), code]);
    cell.value += 1;
  }

  limitRejected(limit: keyof AdmissionLimits): void {
    this.#limitRejections[limit] += 1;
  }

  waited(durationMs: number, served: boolean): void {
    this.#wait.observe(Math.max(0, durationMs) / 1000);
    this.#waited[served ? 'true' : 'false'] += 1;
  }

  #exchangesOf({ status, stream }: ExchangeRecord, { protocol, publicModel, provider }: ExchangeLabels): CounterCell {
    const key = `${protocol}\0${publicModel}\0${provider}\0${status}\0${stream}`;
    return this.#exchanges.find(key) ?? this.#exchanges.add([protocol, publicModel, provider, String(status), String(stream)]);
  }

  #attemptsOf(outcome: AttemptRecord['outcome'], { provider, model }: AttemptLabels): CounterCell {
    return this.#attempts.find(`${provider}\0${model}\0${outcome}`) ?? this.#attempts.add([provider, model, outcome]);
  }

  metrics(): ScrapedMetric[] {
    return [
      ofSets(OWN_COUNTED.exchanges, this.#exchanges),
      ofSets(OWN_COUNTED.attempts, this.#attempts),
      ofHistogram(OWN_COUNTED.exchangeDuration, this.#exchangeDuration),
      ofHistogram(OWN_COUNTED.timeToFirstToken, this.#timeToFirstToken),
      ofHistogram(OWN_COUNTED.overhead, this.#overhead),
      { family: OWN_COUNTED.inflight, collect: () => [{ labels: {}, value: this.#inflight }] },
      ofFields(OWN_COUNTED.tokens, 'kind', this.#tokens),
      { family: OWN_COUNTED.cost, collect: () => [{ labels: {}, value: this.#costMicroUsd }] },
      ofHistogram(OWN_COUNTED.waitingRoomWait, this.#wait),
      ofFields(OWN_COUNTED.waited, 'served', this.#waited),
      ofFields(OWN_COUNTED.limitRejections, 'limit', this.#limitRejections),
      ofSets(OWN_COUNTED.refused, this.#refused),
    ];
  }
}

function ofSets(family: FamilyDefinition, sets: CounterSets): ScrapedMetric {
  return { family, collect: () => sets.collect(family) };
}

function ofHistogram(family: FamilyDefinition, cell: HistogramCell): ScrapedMetric {
  return { family, collect: () => cell.collect(family.name, {}) };
}

function ofFields(family: FamilyDefinition, label: string, fields: Readonly<Record<string, number>>): ScrapedMetric {
  return { family, collect: () => Object.entries(fields).map(([name, value]) => ({ labels: { [label]: name }, value })) };
}
