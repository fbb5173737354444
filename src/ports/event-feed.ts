import type { FailureKind } from '../domain/failure.ts';
import type { ExchangeId, ProviderId, ProviderKeyId, VirtualKeyId } from '../domain/ids.ts';
import type { ExchangeRecord } from '../domain/exchange-record.ts';
import type { BreakerState } from './live-state.ts';
import type { KeyStandingState } from './key-board.ts';

/**
 * What happens in the gateway, as it happens, for those who watch it. Nothing is kept for long and nothing is promised: who has to know everything
 * reads the ledger and the key board. Events hold no secret and no text of clients or upstreams.
 */
export interface EventFeed {
  /**
   * False: nobody listens, and nobody who did may come back for what was missed. The hot path asks before it makes an event; rare events
   * may be published without asking.
   */
  readonly isHeard: boolean;
  publish(event: GatewayEvent): void;
  /**
   * Events from now on, or those after `lastEventId` first. A `gap` tells that some are missing: the id is of another process or too old, or the
   * reader was too slow. Ends when the signal is aborted; holds no queue of its own for a slow reader.
   */
  subscribe(lastEventId: string | null, signal: AbortSignal): AsyncIterable<ToldEvent>;
}

/** An event as a listener gets it. */
export interface ToldEvent {
  /** For `Last-Event-ID`; visible ASCII. Of a gap: that of the last event that is missing. */
  readonly id: string;
  /** Epoch ms. */
  readonly atMs: number;
  readonly event: GatewayEvent | GapEvent;
}

export type GatewayEvent = KeyEvent | BreakerEvent | ProviderRestEvent | ExchangeEvent | ConfigEvent | AlertEvent;

/** Events were lost to this listener: what it shows has to be read anew. */
export interface GapEvent {
  readonly type: 'gap';
  /** How many; null when nobody knows. */
  readonly missed: number | null;
}

/** A key came to stand otherwise. A rest that ends by its time tells nothing more: `untilMs` said so. */
export interface KeyEvent {
  readonly type: 'key';
  readonly provider: ProviderId;
  readonly key: ProviderKeyId;
  /** Upstream model, when only the key × model is meant. */
  readonly model: string | null;
  readonly from: KeyStandingState;
  readonly to: KeyStandingState;
  /** Null for what is not a failure: a person, a success. */
  readonly kind: FailureKind | null;
  readonly reason: string | null;
  /** Epoch ms; null: no end is known, or it is over. */
  readonly untilMs: number | null;
}

export interface BreakerEvent {
  readonly type: 'breaker';
  readonly provider: ProviderId;
  /** Upstream model; empty for calls that name none. */
  readonly model: string;
  readonly from: BreakerState['state'];
  readonly to: BreakerState['state'];
  /** Epoch ms, while it is open. */
  readonly untilMs: number | null;
}

/** A provider, or a model of it, rests or was found well again. */
export interface ProviderRestEvent {
  readonly type: 'provider-rest';
  readonly provider: ProviderId;
  /** Upstream model; null: all of the provider. */
  readonly model: string | null;
  /** Null: the rest was ended by a success. */
  readonly kind: FailureKind | null;
  readonly reason: string | null;
  readonly untilMs: number | null;
}

/** An exchange that reached an upstream is over. */
export interface ExchangeEvent {
  readonly type: 'exchange';
  readonly id: ExchangeId;
  /** Epoch ms of its start. */
  readonly startedAtMs: number;
  readonly model: string | null;
  readonly provider: ProviderId | null;
  readonly key: ProviderKeyId | null;
  /** Null for anonymous callers. */
  readonly virtualKey: VirtualKeyId | null;
  readonly status: number;
  readonly outcome: ExchangeRecord['outcome'];
  readonly durationMs: number;
  readonly attempts: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicroUsd: number;
}

/** Another configuration is in force. */
export interface ConfigEvent {
  readonly type: 'config';
  readonly revision: number;
  /** Who changed it; null: a file or another process. */
  readonly author: string | null;
  readonly summary: string;
}

/** Something that a person has to look at. */
export interface AlertEvent {
  readonly type: 'alert';
  readonly about: 'ledger-behind' | 'journal' | 'config-refused' | 'disk' | 'overload' | 'other';
  /** True: what was told before is over. */
  readonly isOver: boolean;
  readonly message: string;
}
