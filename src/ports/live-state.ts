import type { ProviderId, ProviderKeyId } from '../domain/ids.ts';
import type { FailureKind } from '../domain/failure.ts';

/**
 * What is known of providers and keys while the process lives: rests, suspensions, breakers, places in the rotation.
 * Plain data in memory, read and written without waiting; the rules stand in gateway/key-pool. A driver keeps it across restarts
 * and, where replicas share it, tells them of each change that `touched` names.
 */
export interface LiveState {
  /** The state of one provider; made on first use. Survives configuration changes, because it is kept by id. */
  pool(provider: ProviderId): PoolState;
  /** All pools that were ever used or restored. */
  pools(): Iterable<PoolState>;
  /** Says that something in this pool changed that should survive a restart. Cheap: marks only. */
  touched(pool: PoolState): void;
  /** Drops the state of providers and keys that the new configuration no longer has. */
  retain(present: ReadonlyMap<ProviderId, ReadonlySet<ProviderKeyId>>): void;
}

/** A pause with a known end. */
export interface Rest {
  readonly kind: FailureKind;
  readonly reason: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** The upstream named the end itself: nobody probes before it. */
  readonly firm: boolean;
  /** The upstream named a sooner end besides: nobody probes before this one. */
  readonly firmUntilMs?: number;
  /** How many of this kind in a row led here; doubles the next one. */
  readonly step: number;
}

/** Something that can rest. Mutable: one object lives as long as the thing. */
export interface Restable {
  rest: Rest | null;
  /** One real request is finding out whether the rest is over. */
  probing: boolean;
}

/** A key that is not used until somebody finds that it serves again. */
export interface Suspension {
  readonly sinceMs: number;
  readonly reason: string;
  /** Epoch ms; Infinity: never, or somebody is finding out. */
  nextProbeAtMs: number;
  /** A person's will, which only a person takes back: never probed. Absent: it was rejected too often. */
  readonly byPerson?: true;
}

export interface KeyState extends Restable {
  readonly id: ProviderKeyId;
  /** Rests of this key for one upstream model; null until the first. */
  models: Map<string, Restable> | null;
  /** Rejected by the upstream this many times in a row. */
  rejections: number;
  suspended: Suspension | null;
  /** Attempts under way. */
  inFlight: number;
  /** Credit of the smooth weighted round robin. */
  credit: number;
  /** Epoch ms of the last attempt with it; 0: never. */
  lastUsedMs: number;
  /** Own caps counted in fixed windows; see gateway/key-pool/key-caps.ts. */
  minute: { startMs: number; requests: number; tokens: number };
  day: { startMs: number; requests: number };
  /** Quotas that the upstream told, by upstream model ('' = the key); null until the first. */
  quotas: Map<string, LearnedQuota> | null;
}

/** What the upstream last said of a key's quota. Unknown figures are -1. */
export interface LearnedQuota {
  requestsLimit: number;
  requestsRemaining: number;
  requestsResetMs: number;
  tokensLimit: number;
  tokensRemaining: number;
  tokensResetMs: number;
  seenAtMs: number;
}

export interface BreakerState extends Restable {
  state: 'closed' | 'open' | 'half-open';
  /** Failures since the last success. */
  inARow: number;
  /** Outcomes of the running window, in slices; see gateway/key-pool/breaker.ts. */
  slices: { startMs: number; ok: number; failed: number }[];
  openUntilMs: number;
  /** How often in a row it opened; doubles the next opening. */
  openings: number;
  /** Successes while half-open. */
  successes: number;
  closedAtMs: number;
}

export interface PoolState extends Restable {
  readonly provider: ProviderId;
  readonly keys: Map<ProviderKeyId, KeyState>;
  /** Provider × model. */
  readonly models: Map<string, BreakerState>;
  /** Credit of this provider in the rotation among providers of one public model. */
  readonly credits: Map<string, number>;
  /** 429s of the last seconds, to tell a throttled address from throttled keys. */
  readonly recent429: { atMs: number; key: ProviderKeyId }[];
  /** Server errors of the last seconds, to tell a broken provider from a broken key. */
  readonly recent5xx: { atMs: number; key: ProviderKeyId; model: string }[];
  /** Requests and retries of the last 10 s, in slices of 1 s. */
  readonly traffic: { startMs: number; requests: number; retries: number }[];
}
