import type { KeyLimits } from '../../config/snapshot.ts';
import type { KeyCapStanding } from '../../ports/key-board.ts';
import type { KeyState } from '../../ports/live-state.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** When the key is below its own caps again (epoch ms); 0: it is now; -1: when a running attempt ends. */
export function blockedByCapsUntil(state: KeyState, limits: KeyLimits, estimatedTokens: number, nowMs: number): number {
  if (limits.concurrency !== undefined && state.inFlight >= limits.concurrency) return -1;
  // Only looking must not begin a window: it begins with the first request in it.
  const minute = isMinuteOver(state, nowMs) ? { startMs: nowMs, requests: 0, tokens: 0 } : state.minute;
  const day = isDayOver(state, nowMs) ? { startMs: startOfDay(nowMs), requests: 0 } : state.day;
  if (limits.requestsPerMinute !== undefined && minute.requests >= limits.requestsPerMinute) return minute.startMs + MINUTE_MS;
  if (limits.tokensPerMinute !== undefined && minute.tokens > 0 && minute.tokens + estimatedTokens > limits.tokensPerMinute)
    return minute.startMs + MINUTE_MS;
  if (limits.requestsPerDay !== undefined && day.requests >= limits.requestsPerDay) return day.startMs + DAY_MS;
  return 0;
}

/** Counts an attempt against the caps, with what it is expected to use. */
export function takeFromCaps(state: KeyState, estimatedTokens: number, nowMs: number): void {
  roll(state, nowMs);
  state.minute.requests += 1;
  state.minute.tokens += estimatedTokens;
  state.day.requests += 1;
}

/** Replaces the estimate by the measured figure, unless its minute is over. */
export function settleCaps(state: KeyState, estimatedTokens: number, tokens: number, takenAtMs: number): void {
  if (takenAtMs < state.minute.startMs) return;
  state.minute.tokens = Math.max(0, state.minute.tokens + tokens - estimatedTokens);
}

/** Forgets what was counted; running attempts settle against the windows before. */
export function beginWindowsAnew(state: KeyState, nowMs: number): void {
  state.minute = { startMs: nowMs, requests: 0, tokens: 0 };
  state.day = { startMs: startOfDay(nowMs), requests: 0 };
}

/** The caps that are set, with what is used of each. */
export function describeCaps(state: KeyState, limits: KeyLimits, nowMs: number): readonly KeyCapStanding[] {
  const minute = isMinuteOver(state, nowMs)
    ? { requests: 0, tokens: 0, untilMs: null }
    : { ...state.minute, untilMs: state.minute.startMs + MINUTE_MS };
  const dayRequests = isDayOver(state, nowMs) ? 0 : state.day.requests;
  const caps = [
    { cap: 'requestsPerMinute', used: minute.requests, untilMs: minute.untilMs },
    { cap: 'tokensPerMinute', used: minute.tokens, untilMs: minute.untilMs },
    { cap: 'requestsPerDay', used: dayRequests, untilMs: startOfDay(nowMs) + DAY_MS },
    { cap: 'concurrency', used: state.inFlight, untilMs: null },
  ] as const;
  return caps.flatMap(({ cap, used, untilMs }) => {
    const limit = limits[cap];
    return limit === undefined ? [] : [{ cap, limit, used, untilMs }];
  });
}

/** A minute begins with the first request in it, as the vendors' windows do; a day is the day in UTC. */
function roll(state: KeyState, nowMs: number): void {
  if (isMinuteOver(state, nowMs)) {
    state.minute.startMs = nowMs;
    state.minute.requests = 0;
    state.minute.tokens = 0;
  }
  if (isDayOver(state, nowMs)) {
    state.day.startMs = startOfDay(nowMs);
    state.day.requests = 0;
  }
}

function isMinuteOver(state: KeyState, nowMs: number): boolean {
  return nowMs - state.minute.startMs >= MINUTE_MS;
}

function isDayOver(state: KeyState, nowMs: number): boolean {
  return nowMs - state.day.startMs >= DAY_MS;
}

function startOfDay(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS) * DAY_MS;
}
