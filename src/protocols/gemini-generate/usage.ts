import { NO_USAGE, type Usage } from '../../domain/usage.ts';
import { countAt, isObject, type JsonObject } from '../../lib/json-reading.ts';
import type { WireUsageMetadata } from './wire-types.ts';

/**
 * Usage of a Gemini answer or stream frame: prompt includes the cached part, candidates exclude thoughts (GenerateContentResponse.UsageMetadata).
 * Frames carry running totals, so the last one counts.
 */
export function readGenerateUsage(body: JsonObject): Usage | null {
  const usage = body['usageMetadata'];
  if (!isObject(usage)) return typeof body['totalTokens'] === 'number' ? inputOnly(countAt(body, 'totalTokens')) : null;
  const cacheRead = countAt(usage, 'cachedContentTokenCount');
  const thoughts = countAt(usage, 'thoughtsTokenCount');
  return {
    input: Math.max(0, countAt(usage, 'promptTokenCount') + countAt(usage, 'toolUsePromptTokenCount') - cacheRead),
    cacheRead,
    cacheWrite: 0,
    output: countAt(usage, 'candidatesTokenCount') + thoughts,
    reasoning: thoughts,
    audioInput: 0,
    audioOutput: 0,
    provenance: 'measured',
  };
}

function inputOnly(tokens: number): Usage {
  return { ...NO_USAGE, input: tokens, provenance: 'measured' };
}

/** Usage as clients of this protocol get it. */
export function usageMetadataOf(usage: Usage): WireUsageMetadata {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: Math.max(0, usage.output - usage.reasoning),
    totalTokenCount: prompt + usage.output,
    ...(usage.cacheRead > 0 ? { cachedContentTokenCount: usage.cacheRead } : {}),
    ...(usage.reasoning > 0 ? { thoughtsTokenCount: usage.reasoning } : {}),
  };
}
