import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../../domain/gateway-error.ts';
import { admit } from '../admission/admit.ts';
import { authenticate } from '../admission/authenticate.ts';
import { clientAddress } from '../http/client-address.ts';
import type { PathMatch } from '../http/match-path.ts';
import { readCredential } from '../http/read-credential.ts';
import { reserveAnswerTokens } from '../metering/estimate-tokens.ts';
import { checkCall } from './check-call.ts';
import { Exchange } from './exchange.ts';
import { answerModels } from './answer-models.ts';
import type { GatewayContext } from './gateway-context.ts';
import { planExchange } from './plan-exchange.ts';
import { readRequest } from './read-request.ts';
import { reply, replyError } from './reply.ts';
import { runAttempts } from './run-attempts.ts';
import { answerEstimate } from './translated/answer-estimate.ts';

/** The life of a request: authenticate → read → plan → admit → attempts → reply, which settles. */
async function handleExchange(context: GatewayContext, exchange: Exchange): Promise<void> {
  try {
    checkCall(context, exchange);
    exchange.caller = authenticate(
      exchange.snapshot,
      {
        credential: readCredential(exchange.request, exchange.match),
        address: clientAddress(exchange.request, context.trustProxy),
        nowMs: exchange.startedAtMs,
      },
      context.hashSecret,
    );
    if (answerModels(context, exchange)) return;
    const facts = await readRequest(context, exchange);
    exchange.facts = facts;
    const targets = planExchange(context, exchange, facts);
    const reserved = facts.estimatedInput + reserveAnswerTokens(facts.maxOutput, targets[0]?.model?.maxOutputTokens);
    exchange.admission = admit(context.limiter, context.recorder, exchange.caller, reserved, {
      wallMs: context.clock.nowMs(),
      monotonicMs: context.clock.monotonicMs(),
    });
    if (targets.length === 0) return answerEstimate(context, exchange, facts);
    reply(context, exchange, await runAttempts(context, exchange, facts, targets));
  } catch (error) {
    if (error instanceof GatewayError) return replyError(context, exchange, error);
    context.reportDefect(error, exchange.id);
    replyError(context, exchange, new GatewayError('internal_error', 'the gateway failed to handle this request; its log says more'));
  }
}

export type { Exchange } from './exchange.ts';
export type { GatewayContext } from './gateway-context.ts';

/** Begins an exchange for a matched request; gives it back so that the connection can tell it when the client leaves. `onClosed`: its answer is over. */
export function beginExchange(
  context: GatewayContext,
  match: PathMatch,
  request: IncomingMessage,
  response: ServerResponse,
  onClosed: (exchange: Exchange) => void,
): Exchange {
  const exchange = new Exchange(context, match, request, response);
  context.recorder.exchangeStarted(match.endpoint);
  response.on('close', () => {
    if (!response.writableFinished) exchange.clientGone();
    onClosed(exchange);
  });
  void handleExchange(context, exchange);
  return exchange;
}
