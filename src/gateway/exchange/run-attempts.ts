import type { Target } from '../../config/snapshot.ts';
import type { Failure } from '../../domain/failure.ts';
import type { KeyState } from '../../ports/live-state.ts';
import { acquireKey, type Acquired } from '../key-pool/acquire-key.ts';
import type { Lease } from '../key-pool/lease.ts';
import { releaseKey } from '../key-pool/release-key.ts';
import { countRequest, takeRetry } from '../key-pool/retry-budget.ts';
import { reserveAnswerTokens } from '../metering/estimate-tokens.ts';
import type { AttemptOutcome, HeldAnswer } from './attempt-outcome.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import { isFreeRefusal, mayRetry } from './may-retry.ts';
import type { RequestFacts } from './request-facts.ts';
import { runAttempt } from './run-attempt.ts';

export interface LastFailure {
  readonly failure: Failure;
  readonly answer: HeldAnswer | null;
}

/** How the attempts of an exchange ended. `exhausted`: nothing is left to try; the soonest end of any rest is named, 0 when there is none. */
export type AttemptsEnd =
  | Exclude<AttemptOutcome, { kind: 'failed' }>
  | { readonly kind: 'exhausted'; readonly last: LastFailure | null; readonly soonestMs: number };

interface Loop {
  /** Made with the first failure, as is the next: nearly every exchange does without. */
  tried: Map<KeyState, number> | null;
  excluded: Set<Target> | null;
  last: LastFailure | null;
  ambiguous: number;
  waitedSinceMs: number;
}

const NONE_TRIED: ReadonlyMap<KeyState, number> = new Map();
const NONE_EXCLUDED: ReadonlySet<Target> = new Set();
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
  const loop: Loop = { tried: null, excluded: null, last: null, ambiguous: 0, waitedSinceMs: 0 };
  while (exchange.attempts.length < settings.maxAttempts) {
    if (exchange.isGone) return { kind: 'gone' };
    const acquired = acquire(context, exchange, facts, targets, loop);
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
    const outcome = await runAttempt(context, exchange, facts, lease, loop.ambiguous > 0);
    if (outcome.kind !== 'failed') return outcome;
    loop.last = outcome;
    noteFailure(outcome.failure, lease, loop);
    if (!mayRetry(exchange, facts, outcome.failure, loop.ambiguous)) break;
  }
  return { kind: 'exhausted', last: loop.last, soonestMs: 0 };
}

function acquire(context: GatewayContext, exchange: Exchange, facts: RequestFacts, targets: readonly Target[], loop: Loop): Acquired {
  return acquireKey(context.binder, {
    targets,
    tried: loop.tried ?? NONE_TRIED,
    excluded: loop.excluded ?? NONE_EXCLUDED,
    onlyKey: exchange.home?.key ?? null,
    publicModel: facts.publicModel ?? '',
    session: facts.session,
    estimatedTokens: facts.estimatedInput + reserveAnswerTokens(facts.maxOutput, targets[0]?.model?.maxOutputTokens),
    nowMs: context.clock.nowMs(),
    events: context.events,
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

function noteFailure(failure: Failure, lease: Lease, loop: Loop): void {
  // A key whose end of rest was named may be used again after it; any other key is not asked twice.
  loop.tried ??= new Map();
  loop.tried.set(lease.state, failure.retryAtMs ?? Infinity);
  if (failure.kind === 'model-missing') (loop.excluded ??= new Set()).add(lease.target);
  if (failure.ambiguous === true) loop.ambiguous += 1;
}
