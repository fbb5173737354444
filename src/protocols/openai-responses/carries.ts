import type { Feature } from '../../domain/canonical/feature.ts';
import type { EncodeTarget } from '../translation.ts';

/** What requests to a Responses server always carry. Not here: what is carried in some places or of some providers only. */
const ALWAYS: readonly Feature[] = [
  'conversation',
  'parallel-off',
  'custom-tool-grammar',
  'image-urls',
  'image-detail',
  'other-images',
  'documents',
  'other-files',
  'document-urls',
  'json-object',
  'json-with-tools',
  'schema-keywords',
  'logprobs',
  'verbosity',
  'user-id',
  'service-tier',
  'cache-key',
  'metadata',
];

/**
 * What requests to this target carry. Never: stop, seed, penalties, logit_bias, top_k and several answers, which the API does not have; audio
 * and films, which its messages do not take; the assistant's unfinished turn, which it takes for a finished one. Cache marks, thoughts
 * and strict tools are carried where there is a place for them, and told when there is none.
 */
export function carriesOfResponses({ traits }: EncodeTarget): ReadonlySet<Feature> {
  const carried = new Set(ALWAYS);
  if (!traits.lacks.has('tools')) carried.add('tools');
  if (!traits.lacks.has('images')) carried.add('images');
  if (traits.forcedTool && (traits.forcedToolWhileThinking || traits.thinking === null)) carried.add('forced-tool');
  if (traits.jsonSchema && !traits.lacks.has('jsonSchema')) carried.add('json-schema');
  if (traits.sampling !== 'none' && (traits.samplingWhileThinking || traits.thinking === null)) {
    carried.add('temperature');
    if (traits.sampling === 'all') carried.add('top-p');
  }
  if (traits.thinking !== null && !traits.lacks.has('thinking')) {
    carried.add('thinking').add('thinking-display');
    if (traits.thinking.efforts.length > 0 && traits.thinking.off !== null && traits.thinking.offUpTo === null) carried.add('thinking-level');
  }
  return carried;
}
