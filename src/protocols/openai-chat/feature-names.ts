import type { FeatureNames } from '../../domain/canonical/feature.ts';
import { SAMPLING_NAMES } from '../openai-sampling.ts';

/** What chat calls the features that it can ask for. */
export const CHAT_FEATURE_NAMES: FeatureNames = {
  ...SAMPLING_NAMES,
  tools: 'tools',
  'custom-tool-grammar': 'tools.custom.format',
  'forced-tool': 'tool_choice',
  'parallel-off': 'parallel_tool_calls',
  'strict-tools': 'tools.function.strict',
  images: 'image_url',
  'image-urls': 'image_url',
  'image-detail': 'image_url.detail',
  'other-images': 'image_url',
  documents: 'file',
  'other-files': 'file',
  videos: 'file',
  audio: 'input_audio',
  'file-ids': 'file.file_id',
  'json-schema': 'response_format',
  'json-object': 'response_format',
  'schema-keywords': 'response_format.json_schema.schema',
  'json-with-tools': 'response_format',
  thinking: 'reasoning_effort',
  'thinking-level': 'reasoning_effort',
  'thinking-history': 'reasoning_content',
  logprobs: 'logprobs',
  verbosity: 'verbosity',
  'user-id': 'safety_identifier',
  'service-tier': 'service_tier',
  'cache-marks': 'prompt_cache_breakpoint',
  'cache-key': 'prompt_cache_key',
  metadata: 'metadata',
  prefill: 'messages',
};

/** For requests with the deprecated `functions`, whose clients do not know `tool_calls` in answers. */
export const FUNCTION_FEATURE_NAMES: FeatureNames = { ...CHAT_FEATURE_NAMES, tools: 'functions', 'forced-tool': 'function_call' };

/** True when the client is to be answered with `function_call`. */
export function speaksFunctions(names: FeatureNames): boolean {
  return names.tools === 'functions';
}
