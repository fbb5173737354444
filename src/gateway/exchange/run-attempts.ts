import type { Target } from '../../config/snapshot.ts';
import type { AttemptRecord } from '../../domain/exchange-record.ts';
import type { Failure } from '../../domain/failure.ts';
import type { KeyState } from '../../ports/live-state.ts';
import { totalTokens } from '../../domain/usage.ts';
import { acquireKey, type Acquired } from '../key-pool/acquire-key.ts';
import type { Lease } from '../key-pool/lease.ts';
import { releaseKey } from '../key-pool/release-key.ts';
import { countRequest, takeRetry } from '../key-pool/retry-budget.ts';
import { reserveAnswerTokens } from '../metering/estimate-tokens.ts';
import { Attempt } from './attempt.ts';
import type { AttemptOutcome, HeldAnswer } from './attempt-outcome.ts';
import { buildRequest } from './build-request.ts';
import type { Exchange } from './exchange.ts';
import { attemptLabels } from './exchange-labels.ts';
import type { GatewayContext } from './gateway-context.ts';
import { isFreeRefusal, mayRetry } from './may-retry.ts';
import { openExchange } from './open-exchange.ts';
import type { RequestFacts } from './request-facts.ts';
import { usageSoFar } from './usage-so-far.ts';

export interface LastFailure {
  readonly failure: Failure;
  readonly answer: HeldAnswer | null;
}

/** How the attempts of an exchange ended. `exhausted`: nothing is left to try; the soonest end of any rest is named, 0 when there is none. */
export type AttemptsEnd =
  | Exclude<AttemptOutcome, { kind: 'failed' }>
  | { readonly kind: 'exhausted'; readonly last: LastFailure | null; readonly soonestMs: number };

interface Loop {
  readonly tried: Map<KeyState, number>;
  readonly excluded: Set<Target>;
  last: LastFailure | null;
  ambiguous: number;
  waitedSinceMs: number;
}

/** When to come back, where the end of a wait is not known. */
const UNKNOWN_END_MS = 1000;

/** Tries keys and targets one after another until one serves, the request may not be tried again, or nothing is left. */
export async function runAttempts(
  context: GatewayContext,
  exchange: Exchange,
  facts: RequestFacts,
  targets: readonly Target[],
): Promise<AttemptsEnd> {
  const { settings } = exchange.snapshot;
  const loop: Loop = { tried: new Map(), excluded: new Set(), last: null, ambiguous: 0, waitedSinceMs: 0 };
  while (exchange.attempts.length < settings.maxAttempts) {
    if (exchange.isGone) return { kind: 'gone' };
    const acquired = acquire(context, facts, targets, loop);
    if (acquired.kind === 'none') return { kind: 'exhausted', last: loop.last, soonestMs: acquired.soonestMs };
    if (acquired.kind === 'wait') {
      const end = await waitForKey(context, exchange, acquired, loop);
      if (end === 'gone') return { kind: 'gone' };
      // What is worth waiting for wakes at some time, also where nobody knows when: the end of somebody else's probe.
      const soonestMs = acquired.soonestMs === 0 ? context.clock.nowMs() + UNKNOWN_END_MS : acquired.soonestMs;
      if (end === 'no') return { kind: 'exhausted', last: loop.last, soonestMs };
      continue;
    }
    const { lease } = acquired;
    if (!mayAttempt(context, exchange, lease, loop.last)) break;
    const outcome = await runAttempt(context, exchange, facts, lease, loop);
    if (outcome.kind !== 'failed') return outcome;
    loop.last = outcome;
    noteFailure(outcome.failure, lease, loop);
    if (!mayRetry(exchange, facts, outcome.failure, loop.ambiguous)) break;
  }
  return { kind: 'exhausted', last: loop.last, soonestMs: 0 };
}

function acquire(context: GatewayContext, facts: RequestFacts, targets: readonly Target[], loop: Loop): Acquired {
  return acquireKey(context.binder, {
    targets,
    tried: loop.tried,
    excluded: loop.excluded,
    publicModel: facts.publicModel ?? '',
    session: facts.session,
    estimatedTokens: facts.estimatedInput + reserveAnswerTokens(facts.maxOutput, targets[0]?.model?.maxOutputTokens),
    nowMs: context.clock.nowMs(),
  });
}

/** Waits in the waiting room for at most maxWait in all. */
async function waitForKey(
  context: GatewayContext,
  exchange: Exchange,
  wait: Extract<Acquired, { kind: 'wait' }>,
  loop: Loop,
): Promise<'again' | 'no' | 'gone'> {
  const { settings } = exchange.snapshot;
  const nowMs = context.clock.nowMs();
  if (loop.waitedSinceMs === 0) loop.waitedSinceMs = nowMs;
  const deadlineMs = loop.waitedSinceMs + settings.maxWaitMs;
  const wakesInTime = wait.untilMs !== 0 && wait.untilMs <= deadlineMs;
  if (nowMs >= deadlineMs || (!wakesInTime && !wait.onChange)) return 'no';
  const end = await context.room.wait({
    caller: exchange.caller?.id ?? '',
    share: exchange.caller?.share ?? 1,
    untilMs: wakesInTime ? wait.untilMs : 0,
    onChange: wait.onChange,
    deadlineMs,
    most: settings.maxWaiting,
    onGone: (leave) => exchange.whenGone(leave),
  });
  exchange.whenGone(null);
  context.recorder.waited(context.clock.nowMs() - nowMs, end === 'woken');
  if (end === 'gone') return 'gone';
  return end === 'woken' ? 'again' : 'no';
}

/** Counts the attempt; a repetition that costs the upstream something takes from its provider's budget. */
function mayAttempt(context: GatewayContext, exchange: Exchange, lease: Lease, last: LastFailure | null): boolean {
  const { settings } = exchange.snapshot;
  const nowMs = context.clock.nowMs();
  if (last === null) {
    countRequest(lease.pool, nowMs);
    return true;
  }
  if (isFreeRefusal(last.failure) || takeRetry(lease.pool, settings.retryBudget, nowMs)) return true;
  releaseKey(
    lease,
    { kind: 'client-gone', scope: 'none', status: 0, reason: 'the retry budget is used up' },
    { settings, nowMs, random: 0, tokens: 0 },
  );
  return false;
}

async function runAttempt(context: GatewayContext, exchange: Exchange, facts: RequestFacts, lease: Lease, loop: Loop): Promise<AttemptOutcome> {
  const { clock, recorder } = context;
  const startedAt = clock.nowMs();
  const startedMono = clock.monotonicMs();
  const labels = attemptLabels(exchange, lease);
  exchange.lease = lease;
  exchange.target = lease.target;
  recorder.attemptStarted(labels);
  if (!exchange.isOpened) openExchange(context, exchange, facts, lease);
  const attempt = new Attempt(context, exchange, lease, buildRequest(exchange, facts, lease), facts.stream);
  const outcome = await attempt.run();
  if (attempt.meter !== null) {
    exchange.usage = usageSoFar(attempt.meter, facts, outcome.kind === 'streamed' && outcome.error === null);
    exchange.answeredModel = attempt.meter.answeredModel;
    exchange.nextSequence = attempt.meter.nextSequence;
  }
  const failure = failureOf(outcome);
  if (outcome.kind === 'streamed' && attempt.timedOut !== null) exchange.outcome = attempt.timedOut === 'stop' ? 'gateway_error' : 'timeout';
  const record: AttemptRecord = {
    provider: lease.target.provider.id,
    model: lease.target.model?.upstreamModel ?? null,
    keyId: lease.key.id,
    status: attempt.status,
    outcome: failure?.kind ?? 'ok',
    ...(failure === null ? {} : { reason: failure.reason }),
    startedAt,
    durationMs: Math.round((clock.monotonicMs() - startedMono) * 100) / 100,
    ...(loop.ambiguous > 0 ? { possiblyTwice: true } : {}),
  };
  exchange.attempts.push(record);
  recorder.attemptEnded(record, labels);
  const tokens = exchange.usage === null ? 0 : totalTokens(exchange.usage);
  releaseKey(lease, failure, { settings: exchange.snapshot.settings, nowMs: clock.nowMs(), random: clock.random(), tokens });
  context.live.touched(lease.pool);
  context.room.notify();
  return outcome;
}

function failureOf(outcome: AttemptOutcome): Failure | null {
  if (outcome.kind === 'gone') return { kind: 'client-gone', scope: 'none', status: 0, reason: 'the client left' };
  return outcome.kind === 'answer' ? null : outcome.failure;
}

function noteFailure(failure: Failure, lease: Lease, loop: Loop): void {
  // A key whose end of rest was named may be used again after it; any other key is not asked twice.
  loop.tried.set(lease.state, failure.retryAtMs ?? Infinity);
  if (failure.kind === 'model-missing') loop.excluded.add(lease.target);
  if (failure.ambiguous === true) loop.ambiguous += 1;
}
