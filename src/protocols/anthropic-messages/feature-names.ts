import type { FeatureNames } from '../../domain/canonical/feature.ts';

/** What Anthropic Messages can ask for, in its own words. */
export const MESSAGE_FEATURE_NAMES: FeatureNames = {
  tools: 'tools',
  'forced-tool': 'tool_choice',
  'parallel-off': 'tool_choice.disable_parallel_tool_use',
  'strict-tools': 'strict',
  images: 'image',
  'image-urls': 'image',
  documents: 'document',
  'document-urls': 'document',
  'file-ids': 'file_id',
  'json-schema': 'output_config.format',
  'schema-keywords': 'output_config.format.schema',
  thinking: 'thinking',
  'thinking-level': 'thinking',
  'thinking-display': 'thinking.display',
  'thinking-history': 'thinking',
  temperature: 'temperature',
  'top-p': 'top_p',
  'top-k': 'top_k',
  stop: 'stop_sequences',
  'user-id': 'metadata.user_id',
  'service-tier': 'service_tier',
  'cache-marks': 'cache_control',
  prefill: 'messages',
};
