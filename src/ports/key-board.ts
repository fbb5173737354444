import type { FailureKind } from '../domain/failure.ts';
import type { ProviderId, ProviderKeyId } from '../domain/ids.ts';
import type { BreakerState } from './live-state.ts';

/**
 * How providers and their keys stand now, for people, and the two things that a person can do about a key. Of configured providers and keys only,
 * enabled or not; the state is this process's own.
 */
export interface KeyBoard {
  /** In the order of the configuration. */
  providers(): readonly ProviderStanding[];
  /** The keys of a provider in their order; empty for one that is not configured. */
  list(provider: ProviderId): readonly KeyStanding[];
  find(provider: ProviderId, key: ProviderKeyId): KeyStanding | null;
  /**
   * Makes a key usable at once: its rests, also firm ones and those for single models, its suspension and its rejections are forgotten, and the
   * windows of its own caps begin anew. Rests and breakers of its provider stay, for they are not about the key; so do learned quotas. A key that
   * the configuration disables stays disabled. False: there is no such key.
   */
  wake(provider: ProviderId, key: ProviderKeyId): boolean;
  /**
   * Suspends a key until a person wakes it: unlike a suspension for rejections it is never probed, and no answer ends it. It survives a restart.
   * Attempts under way go on. `reason` is told to people. False: there is no such key.
   */
  suspend(provider: ProviderId, key: ProviderKeyId, reason: string): boolean;
}

/** `resting`: some rest of the key runs, if only for one model. `disabled`: by the configuration, the key or its provider. */
export const KEY_STANDING_STATES = ['ready', 'resting', 'suspended', 'disabled'] as const;
export type KeyStandingState = (typeof KEY_STANDING_STATES)[number];

/** A rest that runs. Times in epoch ms. */
export interface StandingRest {
  readonly scope: 'key' | 'key-model' | 'provider' | 'provider-model';
  /** Upstream model, empty for calls that name none; null where all models rest. */
  readonly model: string | null;
  readonly kind: FailureKind;
  readonly reason: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Nobody asks before it ends. */
  readonly isFirm: boolean;
}

/** Times in epoch ms. */
export interface KeyStanding {
  readonly provider: ProviderId;
  readonly key: ProviderKeyId;
  readonly name: string;
  readonly state: KeyStandingState;
  /** Null while it is ready. `kind` is null where it was a person's will. */
  readonly why: { readonly kind: FailureKind | null; readonly reason: string } | null;
  /** End of the rest that `why` tells; null: ready, or no end is known. */
  readonly untilMs: number | null;
  readonly suspension: KeySuspension | null;
  /** Every rest that runs and touches this key: its own first, then its provider's. */
  readonly rests: readonly StandingRest[];
  /** Rejections by the upstream in a row. */
  readonly rejections: number;
  readonly inFlight: number;
  /** Null: never since the state began. */
  readonly lastUsedMs: number | null;
  /** 0: drains. */
  readonly weight: number;
  /** Caps that the configuration sets, each with what is used of it. */
  readonly caps: readonly KeyCapStanding[];
  /** What the upstream last said of quotas. */
  readonly quotas: readonly KeyQuotaStanding[];
}

export interface KeySuspension {
  readonly sinceMs: number;
  readonly reason: string;
  /** Only a person ends it. */
  readonly isByPerson: boolean;
  /** When a real request may find out again; null: never, or one is finding out now. */
  readonly nextProbeAtMs: number | null;
}

export interface KeyCapStanding {
  readonly cap: 'requestsPerMinute' | 'tokensPerMinute' | 'requestsPerDay' | 'concurrency';
  readonly limit: number;
  readonly used: number;
  /** End of the window; null where there is none, or none runs. */
  readonly untilMs: number | null;
}

export interface KeyQuotaStanding {
  /** Upstream model, empty for calls that name none. */
  readonly model: string;
  readonly requests: QuotaFigures | null;
  readonly tokens: QuotaFigures | null;
  readonly seenAtMs: number;
}

/** Null: not told. */
export interface QuotaFigures {
  readonly limit: number | null;
  readonly remaining: number;
  readonly resetMs: number | null;
}

export interface ProviderStanding {
  readonly provider: ProviderId;
  readonly name: string;
  readonly isEnabled: boolean;
  /** Of the whole provider. */
  readonly rest: StandingRest | null;
  /** Models that are in trouble: a breaker that is not closed, or a rest that runs. */
  readonly models: readonly ModelStanding[];
  /** How many keys stand how. */
  readonly keys: Readonly<Record<KeyStandingState, number>>;
}

export interface ModelStanding {
  /** Upstream model, empty for calls that name none. */
  readonly model: string;
  /** `half-open`: one request at a time finds out, also where the open time is just over. */
  readonly breaker: BreakerState['state'];
  /** Epoch ms; null: closed, or half-open. */
  readonly breakerUntilMs: number | null;
  readonly rest: StandingRest | null;
  /** In a sentence, for people. */
  readonly why: string;
}
