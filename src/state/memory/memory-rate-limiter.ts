import type { VirtualKeyId } from '../../domain/ids.ts';
import type { Admission, AdmissionLimits, LimiterTime, RateLimiter, Refusal } from '../../ports/rate-limiter.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What one caller has used. Counted whether or not a limit asks, so that a limit set later counts from the truth. */
interface CallerCount {
  bucketTokens: number;
  bucketAtMs: number;
  /** Requests and tokens by second, the last 60 of them: a sliding minute. */
  readonly requestSlots: Float64Array;
  readonly tokenSlots: Float64Array;
  slotSecond: number;
  minuteRequests: number;
  minuteTokens: number;
  dayStartMs: number;
  dayRequests: number;
  inFlight: number;
}

/**
 * Limits of callers, counted in this process. Requests a second are a token bucket; a minute slides by the second;
 * a day is the day in UTC.
 */
export class MemoryRateLimiter implements RateLimiter {
  readonly #callers = new Map<VirtualKeyId, CallerCount>();

  admit(caller: VirtualKeyId, limits: AdmissionLimits, estimatedTokens: number, now: LimiterTime): Admission | Refusal {
    const count = this.#count(caller, limits, now);
    const refusal = findRefusal(count, limits, estimatedTokens, now);
    if (refusal !== null) return refusal;
    if (limits.requestsPerSecond !== undefined) count.bucketTokens -= 1;
    const slot = count.slotSecond % 60;
    count.requestSlots[slot] = (count.requestSlots[slot] ?? 0) + 1;
    count.tokenSlots[slot] = (count.tokenSlots[slot] ?? 0) + estimatedTokens;
    count.minuteRequests += 1;
    count.minuteTokens += estimatedTokens;
    count.dayRequests += 1;
    count.inFlight += 1;
    return new MemoryAdmission(count, estimatedTokens, count.slotSecond);
  }

  #count(caller: VirtualKeyId, limits: AdmissionLimits, { wallMs, monotonicMs }: LimiterTime): CallerCount {
    let count = this.#callers.get(caller);
    if (count === undefined) {
      count = {
        bucketTokens: burstOf(limits),
        bucketAtMs: monotonicMs,
        requestSlots: new Float64Array(60),
        tokenSlots: new Float64Array(60),
        slotSecond: Math.floor(monotonicMs / 1000),
        minuteRequests: 0,
        minuteTokens: 0,
        dayStartMs: Math.floor(wallMs / DAY_MS) * DAY_MS,
        dayRequests: 0,
        inFlight: 0,
      };
      this.#callers.set(caller, count);
    }
    refill(count, limits, monotonicMs);
    slideMinute(count, monotonicMs);
    turnDay(count, wallMs);
    return count;
  }
}

class MemoryAdmission implements Admission {
  readonly #count: CallerCount;
  readonly #estimated: number;
  readonly #second: number;
  #settled = false;

  constructor(count: CallerCount, estimated: number, second: number) {
    this.#count = count;
    this.#estimated = estimated;
    this.#second = second;
  }

  settle(tokens: number): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#count.inFlight -= 1;
    // The measured figure replaces the estimate in the second that took it, unless that second has left the minute.
    if (this.#count.slotSecond - this.#second >= 60) return;
    const slot = this.#second % 60;
    const difference = tokens - this.#estimated;
    this.#count.tokenSlots[slot] = (this.#count.tokenSlots[slot] ?? 0) + difference;
    this.#count.minuteTokens += difference;
  }
}

function burstOf(limits: AdmissionLimits): number {
  return limits.burst ?? Math.max(1, limits.requestsPerSecond ?? 1);
}

function refill(count: CallerCount, limits: AdmissionLimits, monotonicMs: number): void {
  const elapsed = monotonicMs - count.bucketAtMs;
  count.bucketAtMs = monotonicMs;
  const rate = limits.requestsPerSecond;
  if (rate === undefined) return;
  count.bucketTokens = Math.min(burstOf(limits), count.bucketTokens + (elapsed * rate) / 1000);
}

/** Lets seconds that left the minute fall out of the sums. */
function slideMinute(count: CallerCount, monotonicMs: number): void {
  const second = Math.floor(monotonicMs / 1000);
  const steps = Math.min(60, second - count.slotSecond);
  for (let step = 1; step <= steps; step += 1) {
    const slot = (second - steps + step) % 60;
    count.minuteRequests -= count.requestSlots[slot] ?? 0;
    count.minuteTokens -= count.tokenSlots[slot] ?? 0;
    count.requestSlots[slot] = 0;
    count.tokenSlots[slot] = 0;
  }
  if (second > count.slotSecond) count.slotSecond = second;
}

/** A clock that steps back into yesterday does not give the day twice. */
function turnDay(count: CallerCount, wallMs: number): void {
  if (wallMs - count.dayStartMs >= DAY_MS) {
    count.dayStartMs = Math.floor(wallMs / DAY_MS) * DAY_MS;
    count.dayRequests = 0;
  }
}

function findRefusal(count: CallerCount, limits: AdmissionLimits, estimatedTokens: number, { wallMs, monotonicMs }: LimiterTime): Refusal | null {
  const { requestsPerSecond, requestsPerMinute, requestsPerDay, tokensPerMinute, concurrency } = limits;
  if (requestsPerSecond !== undefined) {
    if (requestsPerSecond <= 0) return { limit: 'requestsPerSecond' };
    if (limits.burst !== undefined && limits.burst < 1) return { limit: 'burst' };
    if (count.bucketTokens < 1) return { limit: 'requestsPerSecond', retryAfterMs: ((1 - count.bucketTokens) * 1000) / requestsPerSecond };
  }
  if (requestsPerMinute !== undefined && count.minuteRequests + 1 > requestsPerMinute) {
    if (requestsPerMinute <= 0) return { limit: 'requestsPerMinute' };
    const needed = count.minuteRequests + 1 - requestsPerMinute;
    return { limit: 'requestsPerMinute', retryAfterMs: whenRoom(count, count.requestSlots, needed) - monotonicMs };
  }
  if (requestsPerDay !== undefined && count.dayRequests + 1 > requestsPerDay) {
    return requestsPerDay <= 0 ? { limit: 'requestsPerDay' } : { limit: 'requestsPerDay', retryAfterMs: count.dayStartMs + DAY_MS - wallMs };
  }
  if (tokensPerMinute !== undefined && count.minuteTokens + estimatedTokens > tokensPerMinute) {
    if (tokensPerMinute <= 0) return { limit: 'tokensPerMinute' };
    // A request larger than the whole limit would never pass: it may pass alone, in an empty minute.
    if (count.minuteTokens > 0) {
      const needed = Math.min(count.minuteTokens, count.minuteTokens + estimatedTokens - tokensPerMinute);
      return { limit: 'tokensPerMinute', retryAfterMs: whenRoom(count, count.tokenSlots, needed) - monotonicMs };
    }
  }
  if (concurrency !== undefined && count.inFlight + 1 > concurrency) {
    return concurrency <= 0 ? { limit: 'concurrency' } : { limit: 'concurrency', retryAfterMs: 1000 };
  }
  return null;
}

/** When enough of the sliding minute has passed for `needed` to fall out, in monotonic ms. */
function whenRoom(count: CallerCount, slots: Float64Array, needed: number): number {
  let freed = 0;
  for (let age = 59; age >= 0; age -= 1) {
    const second = count.slotSecond - age;
    freed += slots[((second % 60) + 60) % 60] ?? 0;
    if (freed >= needed) return (second + 60) * 1000;
  }
  return count.slotSecond * 1000 + MINUTE_MS;
}
