import type { Usage } from '../../domain/usage.ts';
import { countAt, isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import type { CompletionUsage } from './wire-types.ts';

/**
 * Usage of a chat completion or chunk. `prompt_tokens` includes what was cached and `completion_tokens` includes reasoning
 * (OpenAI API reference, CompletionUsage). Groq wraps its streamed figures in `x_groq`.
 */
export function readChatUsage(body: JsonObject): Usage | null {
  const usage = isObject(body['usage']) ? body['usage'] : objectAt(body, 'x_groq')['usage'];
  if (!isObject(usage)) return null;
  const prompt = objectAt(usage, 'prompt_tokens_details');
  const completion = objectAt(usage, 'completion_tokens_details');
  // DeepSeek tells its cache reads beside the standard fields.
  const cacheRead = countAt(prompt, 'cached_tokens') || countAt(usage, 'prompt_cache_hit_tokens');
  const cacheWrite = countAt(prompt, 'cache_write_tokens');
  return {
    input: Math.max(0, countAt(usage, 'prompt_tokens') - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    output: countAt(usage, 'completion_tokens'),
    reasoning: countAt(completion, 'reasoning_tokens'),
    audioInput: countAt(prompt, 'audio_tokens'),
    audioOutput: countAt(completion, 'audio_tokens'),
    provenance: 'measured',
  };
}

/** The figures as chat tells them. */
export function writeChatUsage(usage: Usage): CompletionUsage {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite, audio_tokens: usage.audioInput },
    completion_tokens_details: { reasoning_tokens: usage.reasoning, audio_tokens: usage.audioOutput },
  };
}
