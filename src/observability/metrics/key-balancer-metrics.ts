import type { AttemptRecord } from '../../domain/exchange-record.ts';
import type { AttemptLabels } from '../../ports/recorder.ts';
import { keyBalancerFamilies } from './compatible-families.ts';
import { CounterSets, type CounterCell } from './counter-sets.ts';
import { HistogramSets } from './histogram-sets.ts';
import type { ScrapedMetric } from './scraped-metric.ts';

const FAMILIES = keyBalancerFamilies('llm_key_lb');

/** What llm-apikey-lb counted: every attempt, by provider key. One count, shown under either of its prefixes. */
export class KeyBalancerMetrics {
  readonly #requests = new CounterSets(FAMILIES.requests);
  readonly #duration = new HistogramSets(FAMILIES.duration);
  readonly #inFlight = new CounterSets(FAMILIES.inFlight);

  attemptStarted(labels: AttemptLabels): void {
    this.#inFlightOf(labels, keyPart(labels)).value += 1;
  }

  attemptEnded(attempt: AttemptRecord, labels: AttemptLabels): void {
    const ofKey = keyPart(labels);
    this.#inFlightOf(labels, ofKey).value -= 1;
    const { provider, keyId, keyName, model, path, method } = labels;
    const ofCall = `${ofKey}\0${model}\0${path}\0${method}`;
    const duration = this.#duration.find(ofCall) ?? this.#duration.add([provider, keyId, keyName, model, path, method]);
    duration.observe(attempt.durationMs / 1000);
    const status = attempt.status === 0 ? 'error' : attempt.status;
    const requests =
      this.#requests.find(`${ofCall}\0${status}`) ?? this.#requests.add([provider, keyId, keyName, model, path, method, String(status)]);
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

  #inFlightOf({ provider, keyId, keyName }: AttemptLabels, joined: string): CounterCell {
    return this.#inFlight.find(joined) ?? this.#inFlight.add([provider, keyId, keyName]);
  }
}

function keyPart({ provider, keyId, keyName }: AttemptLabels): string {
  return `${provider}\0${keyId}\0${keyName}`;
}
