import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import type { FeatureNames } from '../../domain/canonical/feature.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import type { RequestCall } from '../translation.ts';
import { readConversation } from './decode-input.ts';
import { readLogprobs, readMetadata, readOutputFormat, readReasoningWish, readServiceTier } from './decode-settings.ts';
import { readToolChoice, readTools } from './decode-tools.ts';
import { booleanField, listField, numberField, objectField, refuseField, textField, wholeNumberField, wordField } from '../openai-fields.ts';
import { UnmappedFields } from '../unmapped-fields.ts';

const FEATURE_NAMES: FeatureNames = {
  tools: 'tools',
  'custom-tool-grammar': 'tools.format',
  'forced-tool': 'tool_choice',
  'parallel-off': 'parallel_tool_calls',
  'strict-tools': 'tools.strict',
  images: 'input_image',
  'image-urls': 'image_url',
  'image-detail': 'detail',
  'other-images': 'input_image',
  documents: 'input_file',
  'other-files': 'input_file',
  videos: 'input_file',
  'document-urls': 'file_url',
  audio: 'input_audio',
  'file-ids': 'file_id',
  'json-schema': 'text.format',
  'json-object': 'text.format',
  'schema-keywords': 'text.format.schema',
  'json-with-tools': 'text.format',
  thinking: 'reasoning',
  'thinking-level': 'reasoning.effort',
  'thinking-display': 'reasoning.summary',
  'thinking-history': 'input.reasoning',
  logprobs: 'top_logprobs',
  temperature: 'temperature',
  'top-p': 'top_p',
  verbosity: 'text.verbosity',
  'user-id': 'safety_identifier',
  'service-tier': 'service_tier',
  'cache-marks': 'prompt_cache_breakpoint',
  'cache-key': 'prompt_cache_key',
  metadata: 'metadata',
  prefill: 'input',
};

/** Fields that are read below, or that need no answer. */
const READ_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'input',
  'instructions',
  'max_output_tokens',
  'temperature',
  'top_p',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'text',
  'reasoning',
  'metadata',
  'top_logprobs',
  'include',
  'prompt_cache_key',
  'safety_identifier',
  'user',
  'service_tier',
  'truncation',
  'background',
  'previous_response_id',
  'conversation',
  'prompt',
  // `stream` is told by the call. Its options pad events against listeners, which no other protocol's events are.
  'stream',
  'stream_options',
  // True by default, so clients send or leave it without a thought. An answer that the gateway writes is kept nowhere and says so.
  'store',
]);

/** What one provider keeps and no other can find. */
const STATE_FIELDS = ['previous_response_id', 'conversation', 'prompt'];

/** The least answer that the API takes. */
const LEAST_OUTPUT_TOKENS = 16;

/** `POST /responses` as a request between protocols. Throws GatewayError `invalid_request`. */
export function decodeResponseRequest(body: JsonObject, call: RequestCall): CanonicalRequest {
  booleanField(body, 'stream');
  const unmapped = new UnmappedFields();
  readForeignFields(body, unmapped);
  const { turns, addedTools } = readConversation(body, unmapped);
  const tools = [
    ...readTools(listField(body, 'tools') ?? [], 'tools', unmapped),
    ...addedTools.flatMap((added) => readTools(added.tools, added.field, unmapped)),
  ];
  const text = objectField(body, 'text') ?? {};
  return {
    source: 'openai-responses',
    featureNames: FEATURE_NAMES,
    turns,
    tools,
    toolChoice: readToolChoice(body, tools, unmapped),
    parallelToolCalls: booleanField(body, 'parallel_tool_calls'),
    maxOutputTokens: wholeNumberField(body, 'max_output_tokens', LEAST_OUTPUT_TOKENS),
    temperature: numberField(body, 'temperature', 0, 2),
    topP: numberField(body, 'top_p', 0, 1),
    ...UNKNOWN_TO_RESPONSES,
    logprobs: readLogprobs(body, unmapped),
    outputFormat: readOutputFormat(text),
    reasoning: readReasoningWish(body, unmapped),
    verbosity: wordField(text, 'verbosity', ['low', 'medium', 'high'], 'text'),
    userId: (textField(body, 'safety_identifier') ?? textField(body, 'user')) || null,
    serviceTier: readServiceTier(body, unmapped),
    cacheKey: textField(body, 'prompt_cache_key') || null,
    metadata: readMetadata(body),
    stream: call.stream,
    asksUsage: false,
    unmapped: unmapped.fields,
  };
}

const UNKNOWN_TO_RESPONSES = {
  topK: null,
  stop: [],
  seed: null,
  frequencyPenalty: null,
  presencePenalty: null,
  logitBias: null,
  answers: 1,
} as const;

function readForeignFields(body: JsonObject, unmapped: UnmappedFields): void {
  for (const field of STATE_FIELDS) if ((body[field] ?? null) !== null) unmapped.add(field, 'state');
  if ((body['previous_response_id'] ?? null) !== null && (body['conversation'] ?? null) !== null) {
    refuseField('previous_response_id', 'cannot be used together with "conversation"');
  }
  // An answer that is made in the background has to be fetched from who made it.
  if (booleanField(body, 'background') === true) unmapped.add('background', 'state');
  if (wordField(body, 'truncation', ['auto', 'disabled']) === 'auto') unmapped.add('truncation', 'hint');
  unmapped.addUnknown(body, READ_FIELDS);
}
