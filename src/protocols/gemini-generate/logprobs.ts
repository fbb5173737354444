import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import type { WireLogprob, WireLogprobsResult } from './wire-types.ts';

/** `logprobsResult` in OpenAI chat's form; null when there is none. */
export function openaiLogprobsOf(result: unknown): JsonObject | null {
  if (!isObject(result) || !Array.isArray(result['chosenCandidates'])) return null;
  const tops: readonly unknown[] = Array.isArray(result['topCandidates']) ? result['topCandidates'] : [];
  const content = result['chosenCandidates'].map((chosen: unknown, index) => {
    const top = tops[index];
    const alternatives: readonly unknown[] = isObject(top) && Array.isArray(top['candidates']) ? top['candidates'] : [];
    return { ...openaiToken(chosen), top_logprobs: alternatives.map(openaiToken) };
  });
  return content.length === 0 ? null : { content, refusal: null };
}

function openaiToken(candidate: unknown): { readonly token: string; readonly logprob: number; readonly bytes: readonly number[] } {
  const { token, logProbability } = isObject(candidate) ? candidate : {};
  const text = typeof token === 'string' ? token : '';
  // A probability of 1 has the logarithm 0, which Google's JSON leaves out.
  return { token: text, logprob: typeof logProbability === 'number' ? logProbability : 0, bytes: [...Buffer.from(text)] };
}

/** OpenAI chat's `logprobs` of the pieces of one answer as one `logprobsResult`; null when they hold none. */
export function logprobsResultOf(pieces: readonly unknown[]): WireLogprobsResult | null {
  const tokens = pieces.flatMap((piece): readonly unknown[] => (isObject(piece) && Array.isArray(piece['content']) ? piece['content'] : []));
  const objects = tokens.filter(isObject);
  if (objects.length === 0) return null;
  return {
    chosenCandidates: objects.map(wireToken),
    topCandidates: objects.map((each) => {
      const top = each['top_logprobs'];
      return { candidates: Array.isArray(top) ? top.filter(isObject).map(wireToken) : [] };
    }),
  };
}

function wireToken({ token, logprob }: JsonObject): WireLogprob {
  return { token: typeof token === 'string' ? token : '', logProbability: typeof logprob === 'number' ? logprob : 0 };
}
