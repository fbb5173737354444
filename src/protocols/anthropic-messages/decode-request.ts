import type { CanonicalRequest, ServiceTier, UnmappedField } from '../../domain/canonical/canonical-request.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import type { RequestCall } from '../translation.ts';
import { UnmappedFields } from '../unmapped-fields.ts';
import {
  isAbsent,
  readArray,
  readName,
  readObject,
  readOptionalBoolean,
  readOptionalInteger,
  readOptionalNumber,
  readOptionalString,
  readOptionalWord,
  refuse,
} from './client-fields.ts';
import { readConversation } from './decode-conversation.ts';
import { readOutputFormat, readReasoning } from './decode-reasoning.ts';
import { readTools } from './decode-tools.ts';
import { MESSAGE_FEATURE_NAMES } from './feature-names.ts';

const MAPPED = new Set(
  'model messages system max_tokens stream stop_sequences temperature top_p top_k thinking output_config output_format tools tool_choice metadata service_tier'.split(
    ' ',
  ),
);

/** A container is the provider's own: what is in it cannot be found elsewhere. */
const WEIGHTS: Readonly<Record<string, UnmappedField['weight']>> = { container: 'state' };

/** Reads `POST /v1/messages`. */
export function decodeMessagesRequest(body: JsonObject, call: RequestCall): CanonicalRequest {
  const maxTokens = readOptionalInteger(body['max_tokens'], 'max_tokens', 0) ?? refuse('max_tokens', 'must be given');
  return readRequest(body, call.stream, maxTokens);
}

/** Reads `POST /v1/messages/count_tokens`: the same without an answer, so without a limit for it. */
export function decodeCountRequest(body: JsonObject): CanonicalRequest {
  return readRequest(body, false, null);
}

function readRequest(body: JsonObject, stream: boolean, maxTokens: number | null): CanonicalRequest {
  const unmapped = new UnmappedFields();
  readOptionalBoolean(body['stream'], 'stream');
  for (const field of Object.keys(body)) {
    // The speed that everybody gets is no wish.
    if (MAPPED.has(field) || isAbsent(body[field]) || (field === 'speed' && body[field] === 'standard')) continue;
    unmapped.add(field, WEIGHTS[field] ?? 'hint');
  }
  return {
    source: 'anthropic-messages',
    featureNames: MESSAGE_FEATURE_NAMES,
    turns: readConversation(body, unmapped),
    ...readTools(body, unmapped),
    maxOutputTokens: maxTokens,
    temperature: readOptionalNumber(body['temperature'], 'temperature', 0, 1),
    topP: readOptionalNumber(body['top_p'], 'top_p', 0, 1),
    topK: readOptionalInteger(body['top_k'], 'top_k', 0),
    stop: readStop(body['stop_sequences']),
    seed: null,
    frequencyPenalty: null,
    presencePenalty: null,
    logitBias: null,
    logprobs: null,
    answers: 1,
    outputFormat: readOutputFormat(body, unmapped),
    reasoning: readReasoning(body, maxTokens),
    verbosity: null,
    userId: readUserId(body['metadata'], unmapped),
    serviceTier: readTier(body['service_tier']),
    cacheKey: null,
    metadata: null,
    stream,
    asksUsage: false,
    unmapped: unmapped.fields,
  };
}

function readStop(value: unknown): readonly string[] {
  if (isAbsent(value)) return [];
  return readArray(value, 'stop_sequences').map((each, place) => readName(each, `stop_sequences[${place}]`));
}

function readUserId(value: unknown, unmapped: UnmappedFields): string | null {
  if (isAbsent(value)) return null;
  const metadata = readObject(value, 'metadata');
  for (const member of Object.keys(metadata)) if (member !== 'user_id') unmapped.add(`metadata.${member}`, 'hint');
  const id = readOptionalString(metadata['user_id'], 'metadata.user_id');
  return id === '' ? null : id;
}

function readTier(value: unknown): ServiceTier | null {
  const tier = readOptionalWord(value, 'service_tier', ['auto', 'standard_only']);
  return tier === 'standard_only' ? 'default' : tier;
}
