import type { DecisionTrace } from './decision.ts';
import type { FailureKind } from './failure.ts';
import type { ExchangeId, ProviderId, ProviderKeyId, UpstreamModel, VirtualKeyId } from './ids.ts';
import type { ExchangeProtocol, ProtocolName } from './protocol.ts';
import type { Usage } from './usage.ts';

/** How an exchange ended. */
export type Outcome = 'ok' | 'upstream_error' | 'client_gone' | 'timeout' | 'gateway_error' | 'crashed';

/** One call to one target with one provider key, as the record keeps it. */
export interface AttemptRecord {
  readonly provider: ProviderId;
  readonly model: UpstreamModel | null;
  readonly keyId: ProviderKeyId | null;
  /** Upstream status, 0 when no answer came. */
  readonly status: number;
  /** `ok`, or why it failed. */
  readonly outcome: 'ok' | FailureKind;
  readonly reason?: string | undefined;
  readonly startedAt: number;
  readonly durationMs: number;
  /** The earlier attempt before this one may have been carried out upstream although no answer came. */
  readonly possiblyTwice?: boolean | undefined;
  /** The protocol into which the call was translated; absent: it went out in the client's own. */
  readonly via?: ProtocolName | undefined;
  /** What the translation could not carry, in the client's spelling; present with `via`. */
  readonly dropped?: readonly string[] | undefined;
}

/** Everything that is kept of one exchange: a line of the journal, then a row of the ledger. Holds no body text and no secret. */
export interface ExchangeRecord {
  readonly id: ExchangeId;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Ms from arrival to the first byte of the answer; null when none was sent. */
  readonly firstByteMs: number | null;
  /** Status the client saw; 499 when it left before one was sent. */
  readonly status: number;
  readonly outcome: Outcome;
  /** Code of the gateway's own error, if it answered with one. */
  readonly errorCode: string | null;
  readonly protocol: ExchangeProtocol;
  readonly method: string;
  /** The route's path (never the raw one). */
  readonly endpoint: string;
  readonly publicModel: string | null;
  readonly provider: ProviderId | null;
  readonly upstreamModel: string | null;
  /** `model` as the upstream's answer names it. */
  readonly answeredModel: string | null;
  /** Null for anonymous callers. */
  readonly virtualKeyId: VirtualKeyId | null;
  readonly keyId: ProviderKeyId | null;
  readonly stream: boolean;
  readonly usage: Usage;
  readonly costMicroUsd: number;
  /** Version of the price list used; null when the model has no price. */
  readonly priceVersion: string | null;
  readonly attempts: readonly AttemptRecord[];
  readonly trace: DecisionTrace | null;
  /** The client's own `x-request-id`, cut to 128 characters. */
  readonly clientRequestId: string | null;
  /** Revision of the snapshot that served it. */
  readonly revision: number;
}

/** Written before the first upstream call, so that a crash leaves evidence. */
export interface OpenRecord {
  readonly id: ExchangeId;
  readonly startedAt: number;
  readonly protocol: ExchangeProtocol;
  readonly endpoint: string;
  readonly publicModel: string | null;
  readonly provider: ProviderId;
  readonly upstreamModel: string | null;
  readonly virtualKeyId: VirtualKeyId | null;
  readonly keyId: ProviderKeyId | null;
  readonly stream: boolean;
  /** Estimated input tokens and the reserved answer tokens: what a crashed exchange is settled at. */
  readonly estimatedInput: number;
  readonly reservedOutput: number;
  /** What those tokens would cost; absent when the model has no price. */
  readonly reservedCostMicroUsd?: number;
}
