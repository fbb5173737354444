import type { AttemptRecord } from '../../domain/exchange-record.ts';
import type { AttemptLabels } from '../../ports/recorder.ts';
import { keyBalancerFamilies } from './compatible-families.ts';
import { CounterSets, type CounterCell } from './counter-sets.ts';
import type { HistogramCell } from './histogram-cell.ts';
import { HistogramSets } from './histogram-sets.ts';
import { KnownCells } from './known-cells.ts';
import type { ScrapedMetric } from './scraped-metric.ts';

const FAMILIES = keyBalancerFamilies('llm_key_lb');

/** What llm-apikey-lb counted: every attempt, by provider key. One count, shown under either of its prefixes. */
export class KeyBalancerMetrics {
  readonly #requests = new CounterSets(FAMILIES.requests);
  readonly #duration = new HistogramSets(FAMILIES.duration);
  readonly #inFlight = new CounterSets(FAMILIES.inFlight);
  readonly #knownInFlight = new WeakMap<AttemptLabels, CounterCell>();
  readonly #knownDuration = new WeakMap<AttemptLabels, HistogramCell>();
  readonly #knownRequests = new KnownCells<number, CounterCell>();

  attemptStarted(labels: AttemptLabels): void {
    this.#inFlightOf(labels).value += 1;
  }

  attemptEnded({ durationMs, status }: AttemptRecord, labels: AttemptLabels): void {
    this.#inFlightOf(labels).value -= 1;
    this.#durationOf(labels).observe(durationMs / 1000);
    const requests = this.#knownRequests.find(labels, status) ?? this.#knownRequests.keep(labels, status, this.#requestsOf(labels, status));
    requests.value += 1;
  }

  metrics(prefix: 'llm_key_lb' | 'llm_api_lb'): ScrapedMetric[] {
    const { requests, duration, inFlight } = keyBalancerFamilies(prefix);
    return [
      { family: requests, collect: () => this.#requests.collect(requests) },
      { family: duration, collect: () => this.#duration.collect(duration) },
      { family: inFlight, collect: () => this.#inFlight.collect(inFlight) },
    ];
  }

  #inFlightOf(labels: AttemptLabels): CounterCell {
    let cell = this.#knownInFlight.get(labels);
    if (cell === undefined) {
      const { provider, keyId, keyName } = labels;
      cell = this.#inFlight.find(keyPart(labels)) ?? this.#inFlight.add([provider, keyId, keyName]);
      this.#knownInFlight.set(labels, cell);
    }
    return cell;
  }

  #durationOf(labels: AttemptLabels): HistogramCell {
    let cell = this.#knownDuration.get(labels);
    if (cell === undefined) {
      const { provider, keyId, keyName, model, path, method } = labels;
      cell = this.#duration.find(callPart(labels)) ?? this.#duration.add([provider, keyId, keyName, model, path, method]);
      this.#knownDuration.set(labels, cell);
    }
    return cell;
  }

  #requestsOf(labels: AttemptLabels, upstreamStatus: number): CounterCell {
    const { provider, keyId, keyName, model, path, method } = labels;
    const status = upstreamStatus === 0 ? 'error' : String(upstreamStatus);
    return this.#requests.find(`${callPart(labels)}\0${status}`) ?? this.#requests.add([provider, keyId, keyName, model, path, method, status]);
  }
}

function keyPart({ provider, keyId, keyName }: AttemptLabels): string {
  return `${provider}\0${keyId}\0${keyName}`;
}

function callPart(labels: AttemptLabels): string {
  const { model, path, method } = labels;
  return `${keyPart(labels)}\0${model}\0${path}\0${method}`;
}
