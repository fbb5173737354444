import type { Exchange } from '../exchange.ts';
import type { GatewayContext } from '../gateway-context.ts';
import type { RequestFacts } from '../request-facts.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import { settleExchange } from '../settle-exchange.ts';

/** Answers a question for the number of tokens that no upstream can measure: with an estimate, and marked as one. */
export function answerEstimate(context: GatewayContext, exchange: Exchange, facts: RequestFacts): void {
  const { response, match } = exchange;
  const counting = match.base === null ? undefined : PROTOCOLS[match.base].counting;
  const body = counting?.encodeCount(facts.estimatedInput) ?? '{}';
  exchange.status = 200;
  settleExchange(context, exchange, () => {
    response.writeHead(200, [
      'content-type',
      'application/json; charset=utf-8',
      'content-length',
      String(Buffer.byteLength(body)),
      'x-request-id',
      exchange.id,
      'x-headgate-estimated',
      'true',
    ]);
    response.end(body);
  });
}
