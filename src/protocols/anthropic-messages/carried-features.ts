import type { Feature } from '../../domain/canonical/feature.ts';
import { USUAL_STOPS } from '../../domain/canonical/taken-stops.ts';
import type { EncodeTarget } from '../translation.ts';

/**
 * What every request to this target can carry. What some requests lose is not in it: levels of thinking that the model rounds, marks beyond the
 * fourth, stop strings of blanks, files that are neither PDF nor text, unusual images, thoughts of other families, schema keywords, words to go on from, strict tools whose schema the API does not guarantee.
 */
export function carriedFeatures({ traits }: EncodeTarget): ReadonlySet<Feature> {
  const { thinking, lacks } = traits;
  const isThinker = thinking !== null && !lacks.has('thinking');
  const isSampled = traits.sampling !== 'none' && (!isThinker || traits.samplingWhileThinking);
  const rows: readonly (readonly [boolean, readonly Feature[]])[] = [
    [true, ['conversation', 'documents', 'document-urls', 'json-object', 'json-with-tools', 'user-id']],
    [traits.stops >= USUAL_STOPS, ['stop']],
    [traits.stops === Number.POSITIVE_INFINITY, ['many-stops']],
    [!lacks.has('tools'), ['tools', 'parallel-off']],
    [!lacks.has('tools') && traits.forcedTool && (!isThinker || traits.forcedToolWhileThinking), ['forced-tool']],
    [!lacks.has('images'), ['images', 'image-urls']],
    [traits.jsonSchema && !lacks.has('jsonSchema'), ['json-schema']],
    [isThinker, ['thinking']],
    [isSampled, ['temperature', 'top-k']],
    [isSampled && traits.sampling === 'all', ['top-p']],
  ];
  return new Set(rows.flatMap(([isCarried, features]) => (isCarried ? features : [])));
}
