import {
  EFFORTS,
  type CanonicalReasoning,
  type CanonicalRequest,
  type OutputFormat,
  type ServiceTier,
} from '../../domain/canonical/canonical-request.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import {
  booleanField,
  listField,
  objectField,
  refuseField,
  requiredObjectField,
  requiredTextField,
  textField,
  wholeNumberField,
  wordField,
} from '../openai-fields.ts';
import { readSampling, SAMPLING_FIELDS } from '../openai-sampling.ts';
import type { RequestCall } from '../translation.ts';
import { UnmappedFields } from '../unmapped-fields.ts';
import { decodeMessages } from './decode-messages.ts';
import { decodeTools } from './decode-tools.ts';
import { CHAT_FEATURE_NAMES, FUNCTION_FEATURE_NAMES } from './feature-names.ts';

const MOST_PAIRS = 16;
const MOST_ALTERNATIVES = 20;

const TIERS: Readonly<Record<string, ServiceTier>> = {
  auto: 'auto',
  default: 'default',
  flex: 'flex',
  priority: 'priority',
  fast: 'priority',
  // Capacity that the account has bought: what `auto` uses first.
  scale: 'auto',
};

/** Fields that are read below, or that say nothing to another server: `store: false` and obfuscation are what others do anyway. */
const KNOWN = new Set(
  [
    ['model', 'messages', 'stream', 'stream_options', 'store', 'modalities', 'audio'],
    ['tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call'],
    SAMPLING_FIELDS,
    ['logprobs', 'top_logprobs'],
    ['max_completion_tokens', 'max_tokens', 'response_format', 'reasoning_effort', 'verbosity', 'service_tier', 'safety_identifier', 'user'],
    ['prompt_cache_key', 'metadata'],
  ].flat(),
);

/** A client's chat request in canonical form. Throws what OpenAI's server would refuse. */
export function decodeRequest(body: JsonObject, { stream }: RequestCall): CanonicalRequest {
  booleanField(body, 'stream');
  const unmapped = new UnmappedFields();
  const { isDeprecated, ...tooling } = decodeTools(body);
  const names = isDeprecated ? FUNCTION_FEATURE_NAMES : CHAT_FEATURE_NAMES;
  const safetyId = textField(body, 'safety_identifier');
  const request = {
    source: 'openai-chat',
    featureNames: safetyId === null ? { ...names, 'user-id': 'user' } : names,
    turns: decodeMessages(body, unmapped),
    ...tooling,
    ...readSampling(body),
    topK: null,
    maxOutputTokens: wholeNumberField(body, 'max_completion_tokens', 1) ?? wholeNumberField(body, 'max_tokens', 1),
    logprobs: readLogprobs(body),
    outputFormat: readOutputFormat(body),
    reasoning: readReasoning(body),
    verbosity: wordField(body, 'verbosity', ['low', 'medium', 'high']),
    userId: (safetyId ?? textField(body, 'user')) || null,
    serviceTier: readServiceTier(body),
    cacheKey: textField(body, 'prompt_cache_key') || null,
    metadata: readMetadata(body),
    stream,
    asksUsage: readAsksUsage(body, stream),
  } as const;
  addUnmapped(body, unmapped);
  return { ...request, unmapped: unmapped.fields };
}

function addUnmapped(body: JsonObject, unmapped: UnmappedFields): void {
  if (booleanField(body, 'store') === true) unmapped.add('store', 'hint');
  const modalities = listField(body, 'modalities');
  const wantsAudio = modalities !== null && modalities.includes('audio');
  // Spoken answers; where none is asked for, the voice means nothing.
  if (wantsAudio) unmapped.add('modalities', 'substance');
  if (wantsAudio && objectField(body, 'audio') !== null) unmapped.add('audio', 'substance');
  // The rest (prediction, web_search_options, moderation, prompt_cache_options …) are wishes to OpenAI itself.
  unmapped.addUnknown(body, KNOWN);
}

function readAsksUsage(body: JsonObject, stream: boolean): boolean {
  const options = objectField(body, 'stream_options');
  if (options === null) return false;
  if (!stream) refuseField('stream_options', 'is only allowed when "stream" is true');
  return booleanField(options, 'include_usage', 'stream_options') === true;
}

function readLogprobs(body: JsonObject): number | null {
  const alternatives = wholeNumberField(body, 'top_logprobs', 0, MOST_ALTERNATIVES);
  if (booleanField(body, 'logprobs') === true) return alternatives ?? 0;
  if (alternatives !== null && alternatives > 0) refuseField('top_logprobs', 'needs "logprobs" to be true');
  return null;
}

function readOutputFormat(body: JsonObject): OutputFormat | null {
  const format = objectField(body, 'response_format');
  if (format === null) return null;
  switch (format['type']) {
    case 'text':
      return null;
    case 'json_object':
      return { type: 'json-object' };
    case 'json_schema': {
      const place = 'response_format.json_schema';
      const schema = requiredObjectField(format, 'json_schema', 'response_format');
      return {
        type: 'json-schema',
        schema: objectField(schema, 'schema', place),
        name: requiredTextField(schema, 'name', place),
        description: textField(schema, 'description', place) || null,
        strict: booleanField(schema, 'strict', place),
      };
    }
    default:
      return refuseField('response_format.type', 'has to be one of text, json_object, json_schema');
  }
}

function readReasoning(body: JsonObject): CanonicalReasoning | null {
  const effort = wordField(body, 'reasoning_effort', ['none', ...EFFORTS]);
  if (effort === null) return null;
  return effort === 'none'
    ? { isOn: false, effort: null, budgetTokens: null, display: null }
    : { isOn: true, effort, budgetTokens: null, display: null };
}

function readServiceTier(body: JsonObject): ServiceTier | null {
  const tier = wordField(body, 'service_tier', Object.keys(TIERS));
  return tier === null ? null : (TIERS[tier] ?? null);
}

function readMetadata(body: JsonObject): Readonly<Record<string, string>> | null {
  const metadata = objectField(body, 'metadata');
  if (metadata === null) return null;
  const pairs = Object.entries(metadata);
  if (pairs.length > MOST_PAIRS) refuseField('metadata', `has to hold at most ${MOST_PAIRS} pairs`);
  for (const [key, value] of pairs) if (typeof value !== 'string') refuseField(`metadata.${key}`, 'has to be a string');
  return pairs.length === 0 ? null : (metadata as Readonly<Record<string, string>>);
}
