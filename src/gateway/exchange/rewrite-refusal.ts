import { PROTOCOLS } from '../../protocols/registry.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import type { AnswerTreatment } from './built-request.ts';
import type { Exchange } from './exchange.ts';
import { translateRefusal } from './translated/translate-refusal.ts';

/** The upstream's own answer to a failed attempt in the client's protocol, should it be passed on: from another protocol, or from a host with errors of its own. */
export function rewriteRefusal(outcome: AttemptOutcome, { translated }: AnswerTreatment, exchange: Exchange): AttemptOutcome {
  if (outcome.kind !== 'failed' || outcome.answer === null) return outcome;
  if (translated !== null) return { ...outcome, answer: translateRefusal(outcome.answer, translated.via, translated.client, exchange.id) };
  const { base } = exchange.match;
  const dialect = base === null ? undefined : exchange.target?.provider.dialects.get(base);
  if (base === null || dialect?.foreignErrors !== true) return outcome;
  return { ...outcome, answer: translateRefusal(outcome.answer, PROTOCOLS[base], PROTOCOLS[base], exchange.id) };
}
