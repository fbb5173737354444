import type { AttemptRecord, ExchangeRecord } from '../domain/exchange-record.ts';
import type { ExchangeProtocol } from '../domain/protocol.ts';
import type { AdmissionLimits } from './rate-limiter.ts';

/**
 * What the data plane tells of itself. Called on the hot path: an implementation adds to plain fields and does nothing else.
 * Model and endpoint names arrive already bounded: `model` is a configured name or `other`.
 */
export interface Recorder {
  /** An exchange was accepted on this endpoint; call the answer once when it ends. */
  exchangeStarted(endpoint: string): void;
  exchangeEnded(record: ExchangeRecord, labels: ExchangeLabels): void;
  attemptStarted(labels: AttemptLabels): void;
  attemptEnded(attempt: AttemptRecord, labels: AttemptLabels): void;
  /** Refused before an upstream was called: no record exists. */
  refused(
    protocol: ExchangeProtocol,
    endpoint: string,
    method: string,
    status: number,
    code: string,
    durationMs: number,
    labels: ExchangeLabels,
  ): void;
  limitRejected(limit: keyof AdmissionLimits): void;
  waited(durationMs: number, served: boolean): void;
}

/** The same labels are told with the same object, as a rule: what is found for them once can be kept by it. */
export interface ExchangeLabels {
  readonly protocol: ExchangeProtocol;
  /** Configured public model, or `other`. */
  readonly publicModel: string;
  /** Configured upstream model, or `other`. */
  readonly upstreamModel: string;
  /** Provider id, or `none` when nobody served. */
  readonly provider: string;
  /** Name or id of the virtual key, or `anonymous`. */
  readonly caller: string;
  readonly endpoint: string;
  readonly method: string;
}

/** As with those of exchanges, the same labels are the same object. */
export interface AttemptLabels {
  readonly provider: string;
  readonly keyId: string;
  readonly keyName: string;
  readonly model: string;
  readonly path: string;
  readonly method: string;
}
