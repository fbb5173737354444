import type { Effort } from '../domain/canonical/canonical-request.ts';
import { type ModelTraits, type ThinkingTraits, UNKNOWN_MODEL_TRAITS } from '../domain/model-traits.ts';
import { releaseNumber } from './release-number.ts';

const LEVELS: readonly Effort[] = ['low', 'medium', 'high'];
const FROM_MINIMAL: readonly Effort[] = ['minimal', ...LEVELS];
/** Flash models before 3.7 have `minimal`, and so has every Flash-Lite; later Flash models and all Pro models refuse it. */
const FIRST_WITHOUT_MINIMAL = 307;
const OLDEST_WITH_LEVELS = 300;
const OLDEST_THAT_THINKS = 205;

/** Most stop sequences that the API takes. */
const STOPS = 5;
/** Only these take more than 24,576 tokens of thought. */
const LARGE_BUDGET = 32_768;

/** What a model takes in gemini-generate; a Gemini without a version is taken for the newest. */
export function geminiTraits(presetId: string, upstreamModel: string): ModelTraits {
  const name = upstreamModel.toLowerCase();
  const version = versionOf(name);
  return {
    ...UNKNOWN_MODEL_TRAITS,
    stops: STOPS,
    // Vertex takes the penalties that the Gemini API refuses for this family.
    penalties: version !== OLDEST_THAT_THINKS || presetId === 'vertex',
    jsonWithTools: !(version < OLDEST_WITH_LEVELS),
    thinking: thinkingOf(name, version),
  };
}

/** True for models that sign their calls and refuse a step whose first call is not signed: Gemini 3 and later. */
export function signsCalls(upstreamModel: string): boolean {
  const name = upstreamModel.toLowerCase();
  return name.includes('gemini') && !(versionOf(name) < OLDEST_WITH_LEVELS);
}

/** NaN for a name without a version. */
function versionOf(name: string): number {
  return releaseNumber(/gemini-(?<version>\d+(?:\.\d+)?)/u.exec(name)?.groups?.['version']);
}

function thinkingOf(name: string, version: number): ThinkingTraits | null {
  if (version < OLDEST_THAT_THINKS || name.includes('gemma-')) return null;
  if (version < OLDEST_WITH_LEVELS || name.includes('gemini-3-pro-image')) {
    const isFlash = name.includes('flash');
    // 2.5 Pro always thinks.
    const thinking: ThinkingTraits = { efforts: [], takesBudget: true, isAdaptive: false, off: isFlash ? 'zero-budget' : null, offUpTo: null };
    return isFlash ? thinking : { ...thinking, mostBudget: LARGE_BUDGET };
  }
  return { efforts: effortsOf(name, version), takesBudget: false, isAdaptive: false, off: null, offUpTo: null };
}

function effortsOf(name: string, version: number): readonly Effort[] {
  if (name.includes('gemini-3-pro')) return ['low', 'high'];
  const hasMinimal = name.includes('flash-lite') || (name.includes('flash') && version < FIRST_WITHOUT_MINIMAL);
  return hasMinimal ? FROM_MINIMAL : LEVELS;
}
