import { FEATURES, type Feature } from '../../domain/canonical/feature.ts';
import { USUAL_STOPS } from '../../domain/canonical/taken-stops.ts';
import type { ModelTraits, ThinkingTraits } from '../../domain/model-traits.ts';
import type { EncodeTarget } from '../translation.ts';

/** What the protocol has no place for. Thoughts of other families are left out; this family's come back. */
const NEVER: readonly Feature[] = [
  'custom-tool-grammar',
  'parallel-off',
  'strict-tools',
  'image-detail',
  'file-ids',
  'thinking-history',
  'logit-bias',
  'verbosity',
  'user-id',
  'cache-marks',
  'cache-key',
  'metadata',
];

/** What requests to this target can carry. */
export function generateCarries(target: EncodeTarget): ReadonlySet<Feature> {
  const { traits } = target;
  const features = new Set(Object.keys(FEATURES) as Feature[]);
  const without = (...names: readonly Feature[]): void => {
    for (const name of names) features.delete(name);
  };
  without(...NEVER);
  if (traits.lacks.has('tools')) without('tools', 'forced-tool');
  if (!traits.forcedTool || !traits.forcedToolWhileThinking) without('forced-tool');
  if (traits.lacks.has('images')) without('images', 'image-urls');
  if (!traits.imageUrls) without('image-urls', 'document-urls');
  if (!traits.jsonSchema || traits.lacks.has('jsonSchema')) without('json-schema', 'schema-keywords');
  if (!traits.jsonWithTools) without('json-with-tools');
  if (!traits.penalties) without('frequency-penalty', 'presence-penalty');
  if (traits.stops < USUAL_STOPS) without('stop', 'blank-stops');
  if (traits.stops !== Number.POSITIVE_INFINITY) without('many-stops');
  if (!traits.prefill) without('prefill');
  if (traits.sampling === 'none' || !traits.samplingWhileThinking) without('temperature', 'top-p', 'top-k');
  if (traits.sampling === 'one') without('top-p');
  without(...thinkingLimits(traits));
  return features;
}

function thinkingLimits({ thinking, lacks }: ModelTraits): readonly Feature[] {
  if (thinking === null || lacks.has('thinking')) return ['thinking', 'thinking-level', 'thinking-display'];
  const takesLevel = thinking.efforts.length > 0 || thinking.takesBudget;
  return takesLevel && canStopThinking(thinking) ? [] : ['thinking-level'];
}

/** A budget of 0 is how a model is told not to think. */
export function canStopThinking({ off, takesBudget }: ThinkingTraits): boolean {
  return off === 'zero-budget' || (off !== null && takesBudget);
}
