import type { StopReason } from '../../domain/canonical/canonical-response.ts';

/**
 * Why a candidate ended. What is not here ended in order, as far as others have a word for it: LANGUAGE, OTHER, and calls that the model got wrong
 * (MALFORMED_FUNCTION_CALL, UNEXPECTED_TOOL_CALL …). Those are no error: what was made before was paid for, and a second try may go well.
 */
const STOPS: ReadonlyMap<string, StopReason> = new Map([
  ['MAX_TOKENS', 'length'],
  // The answer goes on with a token that only Google can read.
  ['CONTINUATION', 'length'],
  ['SAFETY', 'blocked'],
  ['RECITATION', 'blocked'],
  ['BLOCKLIST', 'blocked'],
  ['PROHIBITED_CONTENT', 'blocked'],
  ['SPII', 'blocked'],
  ['IMAGE_SAFETY', 'blocked'],
  ['IMAGE_PROHIBITED_CONTENT', 'blocked'],
  ['IMAGE_RECITATION', 'blocked'],
]);

/** A candidate that made calls finishes with STOP, as one that did not. */
export function stopReasonOf(finishReason: unknown, hasCalls: boolean): StopReason {
  const stop = typeof finishReason === 'string' ? STOPS.get(finishReason) : undefined;
  return stop ?? (hasCalls ? 'tool-calls' : 'end');
}

/** True for a reason that ends the candidate. */
export function isFinishReason(finishReason: unknown): finishReason is string {
  return typeof finishReason === 'string' && finishReason !== '' && finishReason !== 'FINISH_REASON_UNSPECIFIED';
}

/** `finishReason` for clients. */
export const FINISH_REASONS: Readonly<Record<StopReason, string>> = {
  end: 'STOP',
  'stop-sequence': 'STOP',
  'tool-calls': 'STOP',
  pause: 'STOP',
  length: 'MAX_TOKENS',
  refusal: 'SAFETY',
  blocked: 'SAFETY',
};
