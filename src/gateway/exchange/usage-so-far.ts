import { NO_USAGE, type Usage } from '../../domain/usage.ts';
import { tokensOfBytes } from '../metering/estimate-tokens.ts';
import type { StreamMeter } from '../metering/stream-meter.ts';
import type { RequestFacts } from './request-facts.ts';

/**
 * Usage of a stream that ended, in order or not. Measured figures count when the stream ended in order; otherwise the answer is at least the
 * text that was delivered, and the input at least what was seen or estimated.
 */
export function usageSoFar(meter: StreamMeter, facts: RequestFacts, endedInOrder: boolean): Usage | null {
  const delivered = tokensOfBytes(meter.textBytes);
  const seen = meter.usage;
  if (seen !== null && endedInOrder) return seen;
  if (seen === null && meter.events === 0) return null;
  const base = seen ?? { ...NO_USAGE, input: facts.estimatedInput };
  return { ...base, output: Math.max(base.output, delivered), provenance: 'estimated' };
}
