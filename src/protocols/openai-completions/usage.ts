import type { Usage } from '../../domain/usage.ts';
import { countAt, isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import type { CompletionUsage } from './wire-types.ts';

/** Usage of a legacy completion: the same object as in chat, mostly without details. */
export function readCompletionUsage(body: JsonObject): Usage | null {
  const usage = body['usage'];
  if (!isObject(usage)) return null;
  const cacheRead = countAt(objectAt(usage, 'prompt_tokens_details'), 'cached_tokens');
  return {
    input: Math.max(0, countAt(usage, 'prompt_tokens') - cacheRead),
    cacheRead,
    cacheWrite: 0,
    output: countAt(usage, 'completion_tokens'),
    reasoning: countAt(objectAt(usage, 'completion_tokens_details'), 'reasoning_tokens'),
    audioInput: 0,
    audioOutput: 0,
    provenance: 'measured',
  };
}

/** The figures as legacy completions tell them. */
export function writeCompletionUsage(usage: Usage): CompletionUsage {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}
