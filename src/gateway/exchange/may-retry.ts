import type { Failure } from '../../domain/failure.ts';
import type { Exchange } from './exchange.ts';
import type { RequestFacts } from './request-facts.ts';

const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/** A refusal that cost the upstream nothing: it may be repeated elsewhere without taking from the retry budget. */
export function isFreeRefusal(failure: Failure): boolean {
  switch (failure.kind) {
    case 'rate-limited':
    case 'out-of-quota':
    case 'auth-rejected':
      return true;
    case 'transport':
      return failure.cause === 'refused';
    default:
      return false;
  }
}

/** Whether the request may go to another key or target after this failure. `ambiguous` counts attempts that the upstream may have acted on. */
export function mayRetry(exchange: Exchange, facts: RequestFacts, failure: Failure, ambiguous: number): boolean {
  if (failure.kind === 'client-fault' || failure.kind === 'client-gone' || exchange.isAnswering) return false;
  // A body that passed is gone, as far as it was read.
  if (facts.passing !== null) return false;
  const { retryAmbiguous } = exchange.snapshot.settings;
  const isUnsafe = exchange.match.protocol === 'rest' && !IDEMPOTENT.has(exchange.request.method ?? 'POST');
  if (isUnsafe) return isFreeRefusal(failure);
  if (failure.ambiguous === true) return retryAmbiguous === 'once' && ambiguous <= 1;
  return true;
}
