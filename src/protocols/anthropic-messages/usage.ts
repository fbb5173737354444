import { NO_USAGE, type Usage } from '../../domain/usage.ts';
import { countAt, isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';

/** Usage of a message: `input_tokens` excludes both cache classes, `output_tokens` includes thinking (Anthropic API reference, Usage). */
export function readMessageUsage(message: JsonObject): Usage | null {
  const usage = message['usage'];
  if (isObject(usage)) return mergeUsage(NO_USAGE, usage);
  // count_tokens answers with the bare figure.
  return typeof message['input_tokens'] === 'number' ? mergeUsage(NO_USAGE, message) : null;
}

/** message_start tells the input, message_delta the running totals; a figure that comes again replaces the earlier one. */
export function readMessageEventUsage(event: JsonObject, soFar: Usage | null): Usage | null {
  const usage = event['type'] === 'message_start' ? objectAt(event, 'message')['usage'] : event['usage'];
  return isObject(usage) ? mergeUsage(soFar ?? NO_USAGE, usage) : soFar;
}

function mergeUsage(base: Usage, usage: JsonObject): Usage {
  const pick = (name: string, before: number): number => (typeof usage[name] === 'number' ? countAt(usage, name) : before);
  return {
    input: pick('input_tokens', base.input),
    cacheRead: pick('cache_read_input_tokens', base.cacheRead),
    cacheWrite: pick('cache_creation_input_tokens', base.cacheWrite),
    output: pick('output_tokens', base.output),
    reasoning: isObject(usage['output_tokens_details']) ? countAt(usage['output_tokens_details'], 'thinking_tokens') : base.reasoning,
    audioInput: 0,
    audioOutput: 0,
    provenance: 'measured',
  };
}

/** The figures as a client reads them. Clients of this protocol reckon with all of them, so unknown ones are 0. */
export function messageUsageJson(usage: Usage | null): string {
  const { input, cacheRead, cacheWrite, output, reasoning } = usage ?? NO_USAGE;
  const thinking = reasoning === 0 ? '' : `,"output_tokens_details":{"thinking_tokens":${reasoning}}`;
  return `{"input_tokens":${input},"cache_creation_input_tokens":${cacheWrite},"cache_read_input_tokens":${cacheRead},"output_tokens":${output}${thinking}}`;
}
