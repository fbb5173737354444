import { NO_USAGE, type Usage } from '../../domain/usage.ts';
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

/** Usage as a response carries it. Without figures zeros: clients that read the last event count on the member. */
export function responseUsageJson(usage: Usage | null): string {
  const { input, cacheRead, cacheWrite, output, reasoning } = usage ?? NO_USAGE;
  const all = input + cacheRead + cacheWrite;
  return (
    `{"input_tokens":${all},"input_tokens_details":{"cached_tokens":${cacheRead},"cache_write_tokens":${cacheWrite}},` +
    `"output_tokens":${output},"output_tokens_details":{"reasoning_tokens":${reasoning}},"total_tokens":${all + output}}`
  );
}
