import type { Feature } from '../../domain/canonical/feature.ts';
import { carriedSampling } from '../openai-sampling.ts';
import type { EncodeTarget } from '../translation.ts';

const ALWAYS: readonly Feature[] = [
  'conversation',
  'documents',
  'other-files',
  'audio',
  'json-object',
  'json-with-tools',
  'verbosity',
  'user-id',
  'service-tier',
  'cache-key',
];

/**
 * What a chat request to this target is sure to carry. Not listed: `thinking-display`, `document-urls`, `videos`, `file-ids`, `top-k` and `metadata`
 * (which only stored answers have), for which chat has no place; and what depends on the request: `strict-tools` on the schema,
 * `thinking-history` on what is visible of the thoughts, `cache-marks` on where they stand.
 */
export function carries({ traits }: EncodeTarget): ReadonlySet<Feature> {
  const { lacks, thinking } = traits;
  const carried = new Set<Feature>([...ALWAYS, ...carriedSampling(traits)]);
  if (carried.has('temperature')) carried.add('logprobs');
  if (!lacks.has('tools')) for (const feature of ['tools', 'custom-tool-grammar', 'parallel-off'] as const) carried.add(feature);
  if (!lacks.has('tools') && traits.forcedTool && traits.forcedToolWhileThinking) carried.add('forced-tool');
  if (!lacks.has('images')) for (const feature of ['images', 'image-detail', 'other-images'] as const) carried.add(feature);
  if (!lacks.has('images') && traits.imageUrls) carried.add('image-urls');
  if (traits.jsonSchema && !lacks.has('jsonSchema')) for (const feature of ['json-schema', 'schema-keywords'] as const) carried.add(feature);
  if (thinking !== null && !lacks.has('thinking')) {
    carried.add('thinking');
    if (thinking.efforts.length > 0 && traits.toolsWhileThinking) carried.add('thinking-level');
  }
  if (traits.prefill) carried.add('prefill');
  return carried;
}
