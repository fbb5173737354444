import type { GatewayError } from '../../domain/gateway-error.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { hasBody } from '../http/read-body.ts';
import { writeError } from '../http/write-error.ts';
import { deliveredTextBytes } from '../metering/delivered-text.ts';
import { endPieces } from '../streaming/chunk-framing.ts';
import type { AttemptOutcome, HeldAnswer } from './attempt-outcome.ts';
import type { Exchange } from './exchange.ts';
import { explainExhaustion } from './explain-failure.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { AttemptsEnd } from './run-attempts.ts';
import { settleExchange } from './settle-exchange.ts';
import { writeHeldAnswer } from './write-answer.ts';

/** Brings the end of the attempts to the client: settled first, the last byte second. */
export function reply(context: GatewayContext, exchange: Exchange, end: AttemptsEnd): void {
  switch (end.kind) {
    case 'answer':
      return replyHeld(context, exchange, end.answer, null);
    case 'streamed':
      return endStream(context, exchange, end);
    case 'gone':
      return settleExchange(context, exchange, () => exchange.response.destroy());
    case 'exhausted': {
      const nowMs = context.clock.nowMs();
      const word = explainExhaustion(end.last, end.soonestMs, nowMs);
      if (word.kind === 'error') return replyError(context, exchange, word.error);
      exchange.outcome = 'upstream_error';
      const named = end.last?.failure.retryAtMs;
      const retryAfterSeconds = word.answer.status !== 429 ? null : Math.max(1, Math.ceil(((named ?? nowMs + 1000) - nowMs) / 1000));
      return replyHeld(context, exchange, word.answer, retryAfterSeconds);
    }
  }
}

function replyHeld(context: GatewayContext, exchange: Exchange, answer: HeldAnswer, retryAfterSeconds: number | null): void {
  exchange.status = answer.status;
  exchange.firstByteMs = context.clock.monotonicMs() - exchange.startedMono;
  if (exchange.usage === null && answer.status < 400) {
    const { base } = exchange.match;
    exchange.isHeldAnswer = true;
    // A packed answer that passed as it came is not unpacked again for an estimate.
    if (base !== null && answer.encoding === null) exchange.heldTextBytes = deliveredTextBytes(answer.body, PROTOCOLS[base].stream.text);
  }
  settleExchange(context, exchange, () => writeHeldAnswer(exchange, answer, retryAfterSeconds));
}

/** Ends a streamed answer: in order, with the protocol's own error event, or (where there is none) by breaking the connection. */
function endStream(context: GatewayContext, exchange: Exchange, end: Extract<AttemptOutcome, { kind: 'streamed' }>): void {
  const { response, match } = exchange;
  exchange.error = end.error;
  if (end.failure !== null) exchange.outcome ??= 'upstream_error';
  else exchange.outcome ??= 'ok';
  settleExchange(context, exchange, () => {
    if (response.destroyed) return;
    if (end.error === null) return endPieces(response, exchange.isFramed, end.last);
    if (exchange.answerEncoder !== null)
      return endPieces(response, exchange.isFramed, exchange.answerEncoder.encode({ type: 'error', error: end.error }));
    if (!exchange.isEventStream) return void response.destroy();
    const { nextSequence, answerId, facts } = exchange;
    const broken = { nextSequence, answerId, publicModel: facts?.publicModel ?? '', now: Math.floor(context.clock.nowMs() / 1000) };
    const wire = PROTOCOLS[match.base ?? 'openai-chat'];
    endPieces(response, exchange.isFramed, `${end.isInsideEvent ? '\n\n' : ''}${wire.errorEvent(end.error, exchange.id, broken)}`);
  });
}

/** Answers with an error of the gateway's own. */
export function replyError(context: GatewayContext, exchange: Exchange, error: GatewayError): void {
  const { request, response, match } = exchange;
  exchange.error = error;
  exchange.status = error.status;
  exchange.outcome ??= error.code === 'upstream_timeout' ? 'timeout' : error.code === 'internal_error' ? 'gateway_error' : 'upstream_error';
  settleExchange(context, exchange, () => {
    // What the client still sends will not be read: the connection closes behind the answer.
    writeError(response, error, match.errorStyle, exchange.id, hasBody(request) && !request.complete);
  });
}
