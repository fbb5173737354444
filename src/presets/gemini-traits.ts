import type { Effort } from '../domain/canonical/canonical-request.ts';
import { type ModelTraits, type ThinkingTraits, UNKNOWN_MODEL_TRAITS } from '../domain/model-traits.ts';
import { releaseNumber } from './release-number.ts';

const LEVELS: readonly Effort[] = ['low', 'medium', 'high'];
const FROM_MINIMAL: readonly Effort[] = ['minimal', ...LEVELS];
/** Flash models before 3.7 have `minimal`, and so has every Flash-Lite; later Flash models and all Pro models refuse it. */
const FIRST_WITHOUT_MINIMAL = 307;
const OLDEST_WITH_LEVELS = 300;
const OLDEST_THAT_THINKS = 205;

/** What a model takes in gemini-generate; a Gemini without a version is taken for the newest. */
export function geminiTraits(upstreamModel: string): ModelTraits {
  return { ...UNKNOWN_MODEL_TRAITS, thinking: thinkingOf(upstreamModel.toLowerCase()) };
}

function thinkingOf(name: string): ThinkingTraits | null {
  const version = releaseNumber(/gemini-(?<version>\d+(?:\.\d+)?)/u.exec(name)?.groups?.['version']);
  if (version < OLDEST_THAT_THINKS || name.includes('gemma-')) return null;
  if (version < OLDEST_WITH_LEVELS || name.includes('gemini-3-pro-image')) {
    // 2.5 Pro always thinks.
    return { efforts: [], takesBudget: true, isAdaptive: false, off: name.includes('flash') ? 'zero-budget' : null, offUpTo: null };
  }
  return { efforts: effortsOf(name, version), takesBudget: false, isAdaptive: false, off: null, offUpTo: null };
}

function effortsOf(name: string, version: number): readonly Effort[] {
  if (name.includes('gemini-3-pro')) return ['low', 'high'];
  const hasMinimal = name.includes('flash-lite') || (name.includes('flash') && version < FIRST_WITHOUT_MINIMAL);
  return hasMinimal ? FROM_MINIMAL : LEVELS;
}
