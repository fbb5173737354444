import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallerLimits, CompiledCaller } from '../../config/snapshot.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { VirtualKeyId } from '../../domain/ids.ts';
import type { Admission, RateLimiter, Refusal } from '../../ports/rate-limiter.ts';
import type { Recorder } from '../../ports/recorder.ts';
import { admit } from './admit.ts';

const NOW = { wallMs: 1_000_000, monotonicMs: 5000 };
const ADMISSION: Admission = { settle: () => {} };

function ask(
  answer: Admission | Refusal,
  limits: CallerLimits | null = { requestsPerMinute: 60 },
): { result: Admission | null | GatewayError; rejected: string[]; asked: unknown[] } {
  const [rejected, asked]: [string[], unknown[]] = [[], []];
  const limiter: RateLimiter = {
    admit: (...request) => {
      asked.push(request);
      return answer;
    },
  };
  const recorder = { limitRejected: (limit: string) => void rejected.push(limit) } as Pick<Recorder, 'limitRejected'> as Recorder;
  const caller: CompiledCaller = {
    id: 'v' as VirtualKeyId,
    name: 'v',
    enabled: true,
    allowsModel: null,
    providers: null,
    limits,
    expiresAtMs: null,
    allowsAddress: null,
    share: 1,
  };
  try {
    return { result: admit(limiter, recorder, caller, 77, NOW), rejected, asked };
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    return { result: error, rejected, asked };
  }
}

test('the limiter is asked with the caller, its limits and the estimate', () => {
  const { result, asked } = ask(ADMISSION);
  assert.equal(result, ADMISSION);
  assert.deepEqual(asked, [['v', { requestsPerMinute: 60 }, 77, NOW]]);
});

test('a caller without limits is not counted', () => {
  assert.deepEqual(ask(ADMISSION, null), { result: null, rejected: [], asked: [] });
});

test('a refusal is 429, names the limit, and says in whole seconds when to come back', () => {
  const { result, rejected } = ask({ limit: 'requestsPerMinute', retryAfterMs: 1500 });
  assert.ok(result instanceof GatewayError);
  assert.deepEqual([result.status, result.code, result.retryAfterSeconds], [429, 'rate_limit_exceeded', 2]);
  assert.match(result.message, /60 requests per minute/);
  assert.deepEqual(rejected, ['requestsPerMinute']);
});

test('the time to come back is never 0 s', () => {
  const { result } = ask({ limit: 'requestsPerSecond', retryAfterMs: 1 });
  assert.equal(result instanceof GatewayError && result.retryAfterSeconds, 1);
});

test('a limit that blocks for good names no time', () => {
  const { result } = ask({ limit: 'requestsPerDay' }, { requestsPerDay: 0 });
  assert.ok(result instanceof GatewayError);
  assert.equal(result.retryAfterSeconds, undefined);
});
