import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import { headerValue, type HttpHeaders } from '../../lib/http-headers.ts';
import { readReset } from '../../lib/read-reset.ts';

const MOST_MS = 3_600_000;
/** "Now" is not taken at its word: the refusal just came. */
const LEAST_MS = 250;

/**
 * When the upstream says that asking again can help (epoch ms, at most 1 h ahead): `retry-after-ms`, `retry-after` in seconds or as a date,
 * or Gemini's RetryInfo in the body. Undefined when it names no time that can be read.
 */
export function readRetryAt(headers: HttpHeaders, body: JsonObject | null, nowMs: number): number | undefined {
  const delayMs =
    readMilliseconds(headerValue(headers, 'retry-after-ms')) ?? readRetryAfter(headerValue(headers, 'retry-after'), nowMs) ?? readRetryInfo(body);
  return delayMs === undefined ? undefined : nowMs + withinBounds(delayMs);
}

/** Pairs of headers that tell what is left of a window and when it ends. */
const WINDOWS: readonly (readonly [remaining: string, reset: string])[] = [
  ...['requests', 'tokens'].map((what) => [`x-ratelimit-remaining-${what}`, `x-ratelimit-reset-${what}`] as const),
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map(
    (what) => [`anthropic-ratelimit-${what}-remaining`, `anthropic-ratelimit-${what}-reset`] as const,
  ),
  ['x-ratelimit-remaining', 'x-ratelimit-reset'],
  ['ratelimit-remaining', 'ratelimit-reset'],
];

/** When the last of the used-up windows ends (epoch ms, at most 1 h ahead), for a 429 that names no other time. */
export function readWindowEnd(headers: HttpHeaders, nowMs: number): number | undefined {
  let latest = -1;
  for (const [remaining, reset] of WINDOWS) {
    if (readMilliseconds(headerValue(headers, remaining)) === 0) latest = Math.max(latest, readReset(headerValue(headers, reset), nowMs));
  }
  return latest === -1 ? undefined : nowMs + withinBounds(latest - nowMs);
}

function withinBounds(delayMs: number): number {
  return Math.min(Math.max(delayMs, LEAST_MS), MOST_MS);
}

function readMilliseconds(value: string | undefined): number | undefined {
  const ms = value === undefined || value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

function readRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const seconds = readMilliseconds(value);
  if (seconds !== undefined) return seconds * 1000;
  if (value === undefined || value.length > 64 || !/[a-z]{3}/i.test(value)) return undefined;
  const date = Date.parse(value);
  if (Number.isNaN(date)) return undefined;
  return Math.max(0, date - nowMs);
}

function readRetryInfo(body: JsonObject | null): number | undefined {
  const error = body?.['error'];
  const details = isObject(error) ? error['details'] : undefined;
  if (!Array.isArray(details)) return undefined;
  for (const detail of details) {
    if (!isObject(detail) || typeof detail['retryDelay'] !== 'string') continue;
    const seconds = /^(\d+(?:\.\d+)?)s$/.exec(detail['retryDelay']);
    if (seconds !== null) return Number(seconds[1]) * 1000;
  }
  return undefined;
}
