import { NO_USAGE, type Usage } from '../../domain/usage.ts';
import { countAt, isObject, type JsonObject } from '../../lib/json-reading.ts';
import type { EmbeddingUsage } from './wire-types.ts';

/** Usage of an answer: what was read. Vectors are no tokens. */
export function readEmbeddingUsage(body: JsonObject): Usage | null {
  const usage = body['usage'];
  if (!isObject(usage)) return null;
  return { ...NO_USAGE, input: countAt(usage, 'prompt_tokens') || countAt(usage, 'total_tokens'), provenance: 'measured' };
}

/** The figures as OpenAI tells them. The API promises them, so an upstream that told none is told as 0. */
export function writeEmbeddingUsage(usage: Usage | null): EmbeddingUsage {
  const tokens = usage === null ? 0 : usage.input + usage.cacheRead + usage.cacheWrite;
  return { prompt_tokens: tokens, total_tokens: tokens };
}
