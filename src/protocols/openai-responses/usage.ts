import type { Usage } from '../../domain/usage.ts';
import { countAt, isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';

/** Usage of a response: `input_tokens` includes what was cached, `output_tokens` includes reasoning (OpenAI API reference, ResponseUsage). */
export function readResponseUsage(response: JsonObject): Usage | null {
  const usage = response['usage'];
  if (!isObject(usage)) return null;
  const details = objectAt(usage, 'input_tokens_details');
  const cacheRead = countAt(details, 'cached_tokens');
  const cacheWrite = countAt(details, 'cache_write_tokens');
  return {
    input: Math.max(0, countAt(usage, 'input_tokens') - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    output: countAt(usage, 'output_tokens'),
    reasoning: countAt(objectAt(usage, 'output_tokens_details'), 'reasoning_tokens'),
    audioInput: 0,
    audioOutput: 0,
    provenance: 'measured',
  };
}

/** Only the last events of a stream carry figures, inside their `response`. */
export function readResponseEventUsage(event: JsonObject, soFar: Usage | null): Usage | null {
  return readResponseUsage(objectAt(event, 'response')) ?? soFar;
}
