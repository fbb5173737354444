import type { ProviderId, ProviderKeyId, UpstreamModel } from './ids.ts';

/** Why something that could have served a request was left out. */
export type RejectionReason =
  | 'provider-disabled'
  | 'provider-not-allowed'
  | 'provider-not-asked-for'
  | 'protocol-not-spoken'
  | 'features-not-carried'
  | 'not-translatable'
  | 'no-keys'
  | 'key-disabled'
  | 'key-suspended'
  | 'key-draining'
  | 'key-model-not-listed'
  | 'key-at-its-cap'
  | 'resting'
  | 'breaker-open'
  | 'probe-in-flight';

/** One thing left out, and until when. `key` is absent when the whole target is meant. */
export interface Rejection {
  readonly provider: ProviderId;
  readonly model: UpstreamModel | null;
  readonly key?: ProviderKeyId;
  readonly reason: RejectionReason;
  /** What it could not carry, in the client's spelling. */
  readonly fields?: readonly string[];
  /** Epoch ms; absent when no end is known. */
  readonly untilMs?: number;
}

/** The part of a decision that every exchange record carries. */
export interface DecisionTrace {
  /** Targets in the order in which they would be tried, as `provider/model`, and as which protocol where that is not the client's. */
  readonly candidates: readonly string[];
  /** The first rejections; `moreRejected` counts those beyond. */
  readonly rejected: readonly Rejection[];
  readonly moreRejected: number;
  /** Which rule of model resolution matched. */
  readonly resolvedBy: 'provider-prefix' | 'listed' | 'family' | 'open' | 'provider-asked' | 'none';
}
