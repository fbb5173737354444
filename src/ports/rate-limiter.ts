import type { VirtualKeyId } from '../domain/ids.ts';

/** Limits of one caller, as its virtual key says; absent ones do not limit, 0 blocks. */
export interface AdmissionLimits {
  readonly requestsPerSecond?: number;
  readonly burst?: number;
  readonly requestsPerMinute?: number;
  readonly requestsPerDay?: number;
  readonly tokensPerMinute?: number;
  readonly concurrency?: number;
}

/** Which limit said no, and after which time asking again can help (absent for a limit of 0). */
export interface Refusal {
  readonly limit: keyof AdmissionLimits;
  readonly retryAfterMs?: number;
}

/** Taken from every limit at once. To be returned exactly once, with the tokens that were really used. */
export interface Admission {
  settle(tokens: number): void;
}

/**
 * Counts what callers use. `admit` is one atomic step: all limits are taken or none is.
 * A changed limit counts from the next call and resets no counter. Seconds and minutes run on monotonic time, so that a wall clock that is set
 * neither gives them twice nor stops them; the day is the day in UTC of the wall clock.
 */
export interface RateLimiter {
  admit(caller: VirtualKeyId, limits: AdmissionLimits, estimatedTokens: number, now: LimiterTime): Admission | Refusal;
}

/** One moment on both clocks, in ms. */
export interface LimiterTime {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export function isRefusal(answer: Admission | Refusal): answer is Refusal {
  return 'limit' in answer;
}
