import { GatewayError } from '../../domain/gateway-error.ts';
import type { Admission, AdmissionLimits, LimiterTime, RateLimiter } from '../../ports/rate-limiter.ts';
import { isRefusal } from '../../ports/rate-limiter.ts';
import type { Recorder } from '../../ports/recorder.ts';
import type { Caller } from './authenticate.ts';

const NAMES: Readonly<Record<keyof AdmissionLimits, string>> = {
  requestsPerSecond: 'requests per second',
  burst: 'burst',
  requestsPerMinute: 'requests per minute',
  requestsPerDay: 'requests per day',
  tokensPerMinute: 'tokens per minute',
  concurrency: 'requests at the same time',
};

/** Takes the request from all limits of its caller at once, or refuses it with the limit's name and the time to come back. */
export function admit(limiter: RateLimiter, recorder: Recorder, caller: Caller, estimatedTokens: number, now: LimiterTime): Admission | null {
  if (caller === null || caller.limits === null) return null;
  const answer = limiter.admit(caller.id, caller.limits, estimatedTokens, now);
  if (!isRefusal(answer)) return answer;
  recorder.limitRejected(answer.limit);
  const limit = caller.limits[answer.limit] ?? 0;
  const message = `rate limit exceeded for this API key: ${limit} ${NAMES[answer.limit]}`;
  // A limit of 0 blocks for good: no time to come back is named.
  if (answer.retryAfterMs === undefined) throw new GatewayError('rate_limit_exceeded', message);
  throw new GatewayError('rate_limit_exceeded', message, { retryAfterSeconds: Math.max(1, Math.ceil(answer.retryAfterMs / 1000)) });
}
