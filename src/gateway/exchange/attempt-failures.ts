import type { Failure } from '../../domain/failure.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { redactWhole } from '../streaming/secret-filter.ts';
import { classifyTransportError, firstByteTimeout, malformedAnswer } from '../upstream/classify-failure.ts';
import type { Collected } from '../upstream/collect-body.ts';
import type { EndedBy } from './attempt-clocks.ts';
import { statusOfErrorEvent, type AttemptOutcome } from './attempt-outcome.ts';

/** What is wrong with the beginning of a stream. */
export type FirstEventProblem = 'error-event' | 'not-json' | 'empty';

/** A stream that was no answer, told before anything was sent. */
export function failedFirstEvent(
  problem: FirstEventProblem,
  event: JsonObject | null,
  secret: string,
  endedBy: EndedBy | null,
  cause: Error | null,
): AttemptOutcome {
  if (problem === 'empty') {
    return { kind: 'failed', failure: endedBy === null ? emptyStream(cause) : firstByteTimeout(), answer: null };
  }
  const reason = problem === 'error-event' ? 'the stream began with an error' : 'the stream began with something that is not JSON';
  if (event === null) return { kind: 'failed', failure: malformedAnswer(reason), answer: null };
  const body = redactWhole(Buffer.from(JSON.stringify(event)), Buffer.from(secret));
  const answer = { status: statusOfErrorEvent(event), headers: { 'content-type': 'application/json' }, body, encoding: null };
  return { kind: 'failed', failure: malformedAnswer(reason), answer };
}

/** A connection that broke may have been served upstream; a stream that ended in order and held nothing was not. */
function emptyStream(cause: Error | null): Failure {
  return cause === null ? malformedAnswer('the stream ended before its first event') : classifyTransportError(cause, true);
}

/** A stream of which only comments had come, and then no answer. */
export function failedBehindComments(problem: FirstEventProblem): AttemptOutcome {
  const error = new GatewayError('upstream_malformed', 'the upstream sent something that is not an answer');
  return { kind: 'streamed', failure: malformedAnswer(`the stream began with ${problem}`), last: null, error, isInsideEvent: false };
}

/** A body that could not be held whole. */
export function failedCollection(collected: Exclude<Collected, { kind: 'whole' }>, endedBy: EndedBy | null): AttemptOutcome {
  if (collected.kind === 'too-large')
    return { kind: 'failed', failure: malformedAnswer('the answer is larger than the gateway holds'), answer: null };
  const failure = endedBy === null ? classifyTransportError(collected.error, true) : firstByteTimeout();
  return { kind: 'failed', failure: { ...failure, scope: 'none', ambiguous: true }, answer: null };
}

/** An answer that was cut while it flowed. */
export function cutAnswer(endedBy: EndedBy | null, cause: Error | null, isInsideEvent: boolean): AttemptOutcome {
  const error = interruption(endedBy);
  const failure: Failure =
    endedBy === 'stop'
      ? { kind: 'client-gone', scope: 'none', status: 0, reason: error.message }
      : { ...classifyTransportError(cause ?? new Error('ended early'), true), scope: 'none', reason: error.message };
  return { kind: 'streamed', failure, last: null, error, isInsideEvent };
}

/** What a client is told whose stream ends before its time. */
function interruption(endedBy: EndedBy | null): GatewayError {
  switch (endedBy) {
    case null:
      return new GatewayError('upstream_interrupted', 'the upstream broke off in the middle of its answer');
    case 'stop':
      return new GatewayError('shutting_down', 'the gateway is stopping and could not wait for the end of this answer');
    case 'total':
      return new GatewayError('upstream_timeout', 'the answer took longer than the total deadline');
    case 'first-byte':
    case 'idle':
      return new GatewayError('upstream_timeout', 'the upstream fell silent in the middle of its answer');
  }
}
