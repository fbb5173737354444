import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VirtualKeyId } from '../../src/domain/ids.ts';
import { isRefusal, type Admission, type AdmissionLimits, type RateLimiter, type Refusal } from '../../src/ports/rate-limiter.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 86_400 * SECOND;

/** One caller of a limiter, with a clock of its own. Midday of a day that means nothing. */
class LimiterRig {
  #wallMs = Date.UTC(2026, 5, 10, 12);
  #monotonicMs = 5000;
  readonly #limiter: RateLimiter;

  constructor(limiter: RateLimiter) {
    this.#limiter = limiter;
  }

  get nowMs(): number {
    return this.#wallMs;
  }

  /** Time passes. */
  set nowMs(nowMs: number) {
    this.#monotonicMs += nowMs - this.#wallMs;
    this.#wallMs = nowMs;
  }

  /** Somebody sets the wall clock. */
  setClock(byMs: number): void {
    this.#wallMs += byMs;
  }

  ask(limits: AdmissionLimits, tokens = 0, caller = 'v'): Admission | Refusal {
    return this.#limiter.admit(caller as VirtualKeyId, limits, tokens, { wallMs: this.#wallMs, monotonicMs: this.#monotonicMs });
  }

  /** An admission, which must be given. */
  enter(limits: AdmissionLimits, tokens = 0, caller = 'v'): Admission {
    const answer = this.ask(limits, tokens, caller);
    return isRefusal(answer) ? assert.fail(`refused by ${answer.limit}`) : answer;
  }

  /** How many of these come in one after another, each over at once. */
  count(limits: AdmissionLimits, most = 1000): number {
    let entered = 0;
    while (entered < most) {
      const answer = this.ask(limits);
      if (isRefusal(answer)) break;
      answer.settle(0);
      entered += 1;
    }
    return entered;
  }

  /** A refusal, which must be given: its limit, and the wait until its time. */
  refused(limits: AdmissionLimits, tokens = 0): { readonly limit: string; readonly waitMs: number | null } {
    const answer = this.ask(limits, tokens);
    if (!isRefusal(answer)) return assert.fail('was let in');
    return { limit: answer.limit, waitMs: answer.retryAfterMs ?? null };
  }
}

/** What every driver of the rate limiter has to do. */
export function describeRateLimiter(driver: string, makeLimiter: () => RateLimiter): void {
  const check = (sentence: string, body: (rig: LimiterRig) => void): void =>
    test(`${driver}: ${sentence}`, () => body(new LimiterRig(makeLimiter()))) as unknown as void;

  check('absent limits do not limit', (rig) => {
    assert.equal(rig.count({}, 5000), 5000);
  });

  check('a bucket without a burst holds a second of requests, at least one', (rig) => {
    assert.equal(rig.count({ requestsPerSecond: 5 }), 5);
    assert.equal(new LimiterRig(makeLimiter()).count({ requestsPerSecond: 0.5 }), 1);
  });

  check('a bucket with a burst holds that many and fills by the rate', (rig) => {
    const limits = { requestsPerSecond: 2, burst: 10 };
    assert.equal(rig.count(limits), 10);
    assert.deepEqual(rig.refused(limits), { limit: 'requestsPerSecond', waitMs: 500 });
    rig.nowMs += 500;
    assert.equal(rig.count(limits), 1);
    rig.nowMs += MINUTE;
    assert.equal(rig.count(limits), 10, 'it does not overflow');
  });

  check('a minute slides: no 60 s hold more than the limit', (rig) => {
    const limits = { requestsPerMinute: 6 };
    const entered: number[] = [];
    for (let second = 0; second < 400; second += 1) {
      rig.nowMs += SECOND;
      if (rig.count(limits, 1) === 1) entered.push(rig.nowMs);
    }
    assert.ok(entered.length >= 36, `${entered.length} came in within 400 s`);
    for (const [index, atMs] of entered.entries()) {
      const sixth = entered[index + 6];
      assert.ok(sixth === undefined || sixth - atMs >= MINUTE - SECOND);
    }
  });

  check('the named time of a full minute is the time when there is room', (rig) => {
    const limits = { requestsPerMinute: 2 };
    rig.enter(limits);
    rig.nowMs += 20 * SECOND;
    rig.enter(limits);
    rig.nowMs += 5 * SECOND;
    const { limit, waitMs } = rig.refused(limits);
    assert.equal(limit, 'requestsPerMinute');
    assert.ok(waitMs !== null && waitMs > 34 * SECOND && waitMs <= 36 * SECOND, String(waitMs));
    rig.nowMs += waitMs;
    assert.equal(rig.count(limits), 1);
  });

  check('a day is the day in UTC', (rig) => {
    const limits = { requestsPerDay: 3 };
    assert.equal(rig.count(limits), 3);
    assert.deepEqual(rig.refused(limits), { limit: 'requestsPerDay', waitMs: 12 * 3600 * SECOND });
    rig.nowMs += 12 * 3600 * SECOND - 1;
    assert.equal(rig.count(limits), 0);
    rig.nowMs += 1;
    assert.equal(rig.count(limits), 3);
  });

  check('tokens are reserved by the estimate and settled to the measured figure', (rig) => {
    const limits = { tokensPerMinute: 1000 };
    const first = rig.enter(limits, 700);
    const { limit, waitMs } = rig.refused(limits, 400);
    assert.equal(limit, 'tokensPerMinute');
    assert.ok(waitMs !== null && waitMs <= MINUTE && waitMs > 59 * SECOND - 1);
    first.settle(100);
    rig.enter(limits, 900).settle(900);
    assert.equal(rig.refused(limits, 1).limit, 'tokensPerMinute');
    rig.nowMs += MINUTE;
    rig.enter(limits, 1000);
  });

  check('more tokens than were reserved count as well', (rig) => {
    const limits = { tokensPerMinute: 1000 };
    rig.enter(limits, 10).settle(5000);
    assert.equal(rig.refused(limits, 1).limit, 'tokensPerMinute');
  });

  check('an estimate that is settled after its minute touches no later minute', (rig) => {
    const limits = { tokensPerMinute: 1000 };
    const slow = rig.enter(limits, 900);
    rig.nowMs += MINUTE;
    rig.enter(limits, 600);
    slow.settle(0);
    assert.equal(rig.refused(limits, 500).limit, 'tokensPerMinute');
  });

  check('a request larger than the whole token limit may pass in an empty minute', (rig) => {
    const limits = { tokensPerMinute: 100 };
    rig.enter(limits, 5000);
    assert.equal(rig.refused(limits, 1).limit, 'tokensPerMinute');
  });

  check('concurrency counts what is not settled yet', (rig) => {
    const limits = { concurrency: 2 };
    const [one] = [rig.enter(limits), rig.enter(limits)];
    assert.equal(rig.refused(limits).limit, 'concurrency');
    one.settle(0);
    rig.enter(limits);
    assert.equal(rig.refused(limits).limit, 'concurrency');
  });

  check('an admission is settled once', (rig) => {
    const limits = { concurrency: 2, tokensPerMinute: 1000 };
    const admission = rig.enter(limits, 500);
    rig.enter(limits, 500);
    for (let turn = 0; turn < 3; turn += 1) admission.settle(0);
    rig.enter(limits, 500);
    assert.equal(rig.refused(limits).limit, 'concurrency');
  });

  check('all or nothing: what one limit refuses is taken from none', (rig) => {
    const limits: AdmissionLimits = { requestsPerSecond: 100, requestsPerMinute: 20, requestsPerDay: 30, tokensPerMinute: 1000, concurrency: 1 };
    const running = rig.enter(limits, 100);
    for (let turn = 0; turn < 200; turn += 1) assert.equal(rig.refused(limits, 100).limit, 'concurrency');
    running.settle(100);
    for (let turn = 0; turn < 9; turn += 1) rig.enter(limits, 100).settle(100);
    for (let turn = 0; turn < 200; turn += 1) assert.equal(rig.refused(limits, 100).limit, 'tokensPerMinute');
    assert.equal(rig.count({ requestsPerMinute: 20, requestsPerSecond: 100 }), 10, '10 of 20 were taken');
    assert.equal(rig.count({ requestsPerDay: 30 }), 10, '20 of 30 were taken');
  });

  check('0 blocks and names no time, now and later', (rig) => {
    for (const limit of ['requestsPerSecond', 'requestsPerMinute', 'requestsPerDay', 'tokensPerMinute', 'concurrency'] as const) {
      for (const wait of [0, MINUTE, DAY]) {
        rig.nowMs += wait;
        const refusal = rig.refused({ [limit]: 0 }, 1);
        assert.equal(refusal.limit, limit);
        if (limit !== 'concurrency') assert.equal(refusal.waitMs, null);
      }
    }
    assert.deepEqual(rig.refused({ concurrency: 0 }), { limit: 'concurrency', waitMs: null });
    assert.equal(rig.refused({ requestsPerSecond: 5, burst: 0 }).waitMs, null);
  });

  check('a changed limit counts at once and resets nothing', (rig) => {
    assert.equal(rig.count({ requestsPerMinute: 10, requestsPerDay: 100 }), 10);
    assert.equal(rig.count({ requestsPerMinute: 15, requestsPerDay: 100 }), 5);
    assert.equal(rig.refused({ requestsPerMinute: 5, requestsPerDay: 100 }).limit, 'requestsPerMinute');
    assert.equal(rig.refused({ requestsPerDay: 15 }).limit, 'requestsPerDay');
    assert.equal(rig.count({ requestsPerDay: 16 }), 1);
  });

  check('a limit that is set later counts what was used before', (rig) => {
    assert.equal(rig.count({}, 50), 50);
    assert.equal(rig.refused({ requestsPerMinute: 50 }).limit, 'requestsPerMinute');
    const running = rig.enter({});
    assert.equal(rig.refused({ concurrency: 1 }).limit, 'concurrency');
    running.settle(0);
  });

  check('callers do not share their counts', (rig) => {
    const limits = { requestsPerMinute: 1, concurrency: 1 };
    rig.enter(limits, 0, 'one');
    rig.enter(limits, 0, 'two');
    assert.equal(isRefusal(rig.ask(limits, 0, 'one')), true);
  });

  for (const [what, stepMs] of [
    ['10 min', 10 * MINUTE],
    ['an hour', 60 * MINUTE],
    ['a few milliseconds', 7],
  ] as const) {
    check(`a clock that steps back ${what} resets no window, doubles none and stops none`, (rig) => {
      const limits = { requestsPerMinute: 10, requestsPerDay: 1000, requestsPerSecond: 100 };
      assert.equal(rig.count(limits), 10);
      rig.nowMs += 30 * SECOND;
      rig.refused(limits);
      rig.setClock(-stepMs);
      const { limit, waitMs } = rig.refused(limits);
      assert.equal(limit, 'requestsPerMinute', 'not reset');
      assert.ok(waitMs !== null && waitMs > 28 * SECOND && waitMs <= 31 * SECOND, `the wait is ${waitMs} ms`);
      rig.nowMs += waitMs;
      assert.equal(rig.count(limits), 10, 'not stopped');
      rig.nowMs += MINUTE;
      assert.equal(rig.count(limits), 10, 'not doubled');
    });
  }

  check('a clock that steps back over midnight does not give the day twice', (rig) => {
    const limits = { requestsPerDay: 5 };
    rig.nowMs = Date.UTC(2026, 5, 11, 0, 5);
    assert.equal(rig.count(limits), 5);
    rig.setClock(-10 * MINUTE);
    assert.equal(rig.count(limits), 0);
    rig.nowMs += 20 * MINUTE;
    assert.equal(rig.count(limits), 0);
    rig.nowMs = Date.UTC(2026, 5, 12);
    assert.equal(rig.count(limits), 5);
  });

  check('a clock that steps ahead gives no second and no minute again', (rig) => {
    const limits = { requestsPerMinute: 10, requestsPerSecond: 20 };
    assert.equal(rig.count(limits), 10);
    rig.setClock(60 * MINUTE);
    assert.equal(rig.count(limits), 0);
    rig.nowMs += MINUTE;
    assert.equal(rig.count(limits), 10);
  });
}
