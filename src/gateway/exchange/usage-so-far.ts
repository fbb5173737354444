import { NO_USAGE, type Usage } from '../../domain/usage.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { tokensOfBytes } from '../metering/estimate-tokens.ts';
import type { RequestFacts } from './request-facts.ts';

/** What is known of a stream that has passed. */
export interface StreamFigures {
  /** As far as the upstream told it. */
  readonly usage: Usage | null;
  /** Bytes of text that the client was sent. */
  readonly textBytes: number;
  /** Events that came. */
  readonly events: number;
  readonly answeredModel: string | null;
  /** The number that the next event would have, where the protocol numbers them. */
  readonly nextSequence: number;
  /** The error that the stream carried. */
  readonly error: JsonObject | null;
}

/**
 * Usage of a stream that ended, in order or not. Measured figures count when the stream ended in order; otherwise the answer is at least the
 * text that was delivered, and the input at least what was seen or estimated.
 */
export function usageSoFar(meter: StreamFigures, facts: RequestFacts, endedInOrder: boolean): Usage | null {
  const delivered = tokensOfBytes(meter.textBytes);
  const seen = meter.usage;
  if (seen !== null && endedInOrder) return seen;
  if (seen === null && meter.events === 0) return null;
  const base = seen ?? { ...NO_USAGE, input: facts.estimatedInput };
  return { ...base, output: Math.max(base.output, delivered), provenance: 'estimated' };
}
