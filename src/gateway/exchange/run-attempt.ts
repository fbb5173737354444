import type { AttemptRecord } from '../../domain/exchange-record.ts';
import type { Failure } from '../../domain/failure.ts';
import { totalTokens } from '../../domain/usage.ts';
import type { Lease } from '../key-pool/lease.ts';
import { releaseKey } from '../key-pool/release-key.ts';
import { Attempt } from './attempt.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import { buildRequest } from './build-request.ts';
import type { AnswerTreatment } from './built-request.ts';
import type { Exchange } from './exchange.ts';
import { attemptLabels } from './exchange-labels.ts';
import type { Proof } from './finish-request.ts';
import type { GatewayContext } from './gateway-context.ts';
import { openExchange } from './open-exchange.ts';
import { fetchProof, proofAtHand, proofRefused } from './prove-key.ts';
import { rememberHome } from './remember-home.ts';
import type { RequestFacts } from './request-facts.ts';
import { rewriteRefusal } from './rewrite-refusal.ts';
import { usageSoFar } from './usage-so-far.ts';

/** One attempt with its bookkeeping: evidence before it, its record behind it, and the lease given back with what was learned. */
export async function runAttempt(
  context: GatewayContext,
  exchange: Exchange,
  facts: RequestFacts,
  lease: Lease,
  isPossiblyTwice: boolean,
): Promise<AttemptOutcome> {
  const { clock, recorder } = context;
  const startedAt = clock.nowMs();
  const startedMono = clock.monotonicMs();
  const labels = attemptLabels(exchange, lease);
  exchange.lease = lease;
  exchange.target = lease.target;
  recorder.attemptStarted(labels);
  if (!exchange.isOpened) openExchange(context, exchange, facts, lease);
  const { outcome, status } = await callUpstream(context, exchange, facts, lease);
  const failure = failureOf(outcome);
  const record: AttemptRecord = {
    provider: lease.target.provider.id,
    model: lease.target.model?.upstreamModel ?? null,
    keyId: lease.key.id,
    status,
    outcome: failure?.kind ?? 'ok',
    reason: failure?.reason,
    startedAt,
    durationMs: Math.round((clock.monotonicMs() - startedMono) * 100) / 100,
    possiblyTwice: isPossiblyTwice ? true : undefined,
    via: lease.target.via,
    dropped: lease.target.via === undefined ? undefined : exchange.dropped,
  };
  exchange.attempts.push(record);
  if (failure === null) rememberHome(context, exchange, lease);
  recorder.attemptEnded(record, labels);
  const tokens = exchange.usage === null ? 0 : totalTokens(exchange.usage);
  const { settings } = exchange.snapshot;
  releaseKey(lease, failure, { settings, nowMs: clock.nowMs(), random: clock.random(), tokens, events: context.events });
  context.live.touched(lease.pool);
  context.room.notify();
  return outcome;
}

interface CallEnd {
  readonly outcome: AttemptOutcome;
  /** Of the upstream's answer; 0 when none came. */
  readonly status: number;
}

/** Calls with the proof at hand, or with a new one. A kept token that is refused ended early, which says nothing of its key: a new one is tried. */
async function callUpstream(context: GatewayContext, exchange: Exchange, facts: RequestFacts, lease: Lease): Promise<CallEnd> {
  const kept = proofAtHand(context, exchange, lease);
  const proof = kept ?? (await fetchProof(context, exchange, lease));
  if ('kind' in proof) return { outcome: proof, status: 0 };
  const end = await callWith(context, exchange, facts, lease, proof);
  const canBeRenewed = end.status === 401 && proofRefused(context, lease, proof);
  if (!canBeRenewed || kept === null || facts.passing !== null || exchange.isGone) return end;
  const renewed = await fetchProof(context, exchange, lease);
  return 'kind' in renewed ? { outcome: renewed, status: 0 } : callWith(context, exchange, facts, lease, renewed);
}

async function callWith(context: GatewayContext, exchange: Exchange, facts: RequestFacts, lease: Lease, proof: Proof): Promise<CallEnd> {
  // The request itself is not held while its answer flows.
  const { attempt, treatment } = prepareAttempt(context, exchange, facts, lease, proof);
  const outcome = rewriteRefusal(await attempt.run(), treatment, exchange);
  noteStream(attempt, outcome, exchange, facts);
  noteLeftOut(treatment, exchange);
  return { outcome, status: attempt.status };
}

/** The attempt, ready to run. Throws when its request cannot be made, with the lease given back unused. */
function prepareAttempt(
  context: GatewayContext,
  exchange: Exchange,
  facts: RequestFacts,
  lease: Lease,
  proof: Proof,
): { readonly attempt: Attempt; readonly treatment: AnswerTreatment } {
  try {
    const built = buildRequest(context, exchange, facts, lease, proof);
    exchange.sentSecret = built.treatment.sentSecret;
    return { attempt: new Attempt(context, exchange, lease, built, facts.stream), treatment: built.treatment };
  } catch (error) {
    const unused: Failure = { kind: 'client-fault', scope: 'none', status: 0, reason: 'the request could not be written for this provider' };
    const { clock } = context;
    releaseKey(lease, unused, { settings: exchange.snapshot.settings, nowMs: clock.nowMs(), random: clock.random(), tokens: 0 });
    throw error;
  }
}

function noteStream(attempt: Attempt, outcome: AttemptOutcome, exchange: Exchange, facts: RequestFacts): void {
  const { meter, timedOut } = attempt;
  if (meter !== null) {
    exchange.usage = usageSoFar(meter, facts, outcome.kind === 'streamed' && outcome.error === null);
    exchange.answeredModel = meter.answeredModel;
    exchange.nextSequence = meter.nextSequence;
  }
  if (outcome.kind === 'streamed' && timedOut !== null) exchange.outcome = timedOut === 'stop' ? 'gateway_error' : 'timeout';
}

/** What the answer held and the client is not told stands beside what the request lost. */
function noteLeftOut({ translated }: AnswerTreatment, exchange: Exchange): void {
  if (translated === null || translated.operation.leftOut.size === 0) return;
  exchange.dropped = [...exchange.dropped, ...translated.operation.leftOut];
}

function failureOf(outcome: AttemptOutcome): Failure | null {
  if (outcome.kind === 'gone') return { kind: 'client-gone', scope: 'none', status: 0, reason: 'the client left' };
  return outcome.kind === 'answer' ? null : outcome.failure;
}
