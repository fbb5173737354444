import { PROTOCOLS } from '../../../protocols/registry.ts';
import { answerHere } from '../answer-here.ts';
import type { Exchange } from '../exchange.ts';
import type { GatewayContext } from '../gateway-context.ts';
import type { RequestFacts } from '../request-facts.ts';

/** Answers a question for the number of tokens that no upstream can measure: with an estimate, and marked as one. */
export function answerEstimate(context: GatewayContext, exchange: Exchange, facts: RequestFacts): void {
  const { base } = exchange.match;
  const counting = base === null ? undefined : PROTOCOLS[base].counting;
  answerHere(context, exchange, counting?.encodeCount(facts.estimatedInput) ?? '{}', ['x-headgate-estimated', 'true']);
}
