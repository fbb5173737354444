import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import { headerValue, type HttpHeaders } from '../../lib/http-headers.ts';

const MOST_MS = 3_600_000;
/** "Now" is not taken at its word: the refusal just came. */
const LEAST_MS = 250;

/**
 * When the upstream says that asking again can help (epoch ms, at most 1 h ahead): `retry-after-ms`, `retry-after` in seconds or as a date,
 * or Gemini's RetryInfo in the body. Undefined when it names no time that can be read.
 */
export function readRetryAt(headers: HttpHeaders, body: JsonObject | null, nowMs: number): number | undefined {
  const delayMs = readMilliseconds(headerValue(headers, 'retry-after-ms')) ?? readRetryAfter(headerValue(headers, 'retry-after'), nowMs) ?? readRetryInfo(body);
  if (delayMs === undefined) return undefined;
  return nowMs + Math.min(Math.max(delayMs, LEAST_MS), MOST_MS);
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
  // A date has whole seconds only: up to one may already be over when it is read.
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
