import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import type { FeatureNames } from '../../domain/canonical/feature.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { booleanField, objectField, refuseField, textField, wholeNumberField } from '../openai-fields.ts';
import { readSampling, SAMPLING_FIELDS, SAMPLING_NAMES } from '../openai-sampling.ts';
import type { RequestCall } from '../translation.ts';
import { UnmappedFields } from '../unmapped-fields.ts';
import { DEFAULT_MAX_TOKENS } from './default-limit.ts';

const KNOWN = new Set(
  [['model', 'prompt', 'suffix', 'echo', 'best_of', 'logprobs', 'max_tokens', 'stream', 'stream_options', 'user'], SAMPLING_FIELDS].flat(),
);

const NAMES: FeatureNames = { ...SAMPLING_NAMES, 'user-id': 'user' };

/** A client's legacy completion as a conversation of one user message. Throws what the API refuses, and what no conversation can say. */
export function decodeRequest(body: JsonObject, { stream }: RequestCall): CanonicalRequest {
  booleanField(body, 'stream');
  refuseUntranslatable(body);
  const unmapped = new UnmappedFields();
  unmapped.addUnknown(body, KNOWN);
  return {
    source: 'openai-completions',
    featureNames: NAMES,
    turns: [{ role: 'user', parts: [{ type: 'text', text: readPrompt(body) }] }],
    tools: [],
    toolChoice: null,
    parallelToolCalls: null,
    ...readSampling(body),
    topK: null,
    maxOutputTokens: wholeNumberField(body, 'max_tokens', 1) ?? DEFAULT_MAX_TOKENS,
    logprobs: null,
    outputFormat: null,
    reasoning: null,
    verbosity: null,
    userId: textField(body, 'user') || null,
    serviceTier: null,
    cacheKey: null,
    metadata: null,
    stream,
    asksUsage: readAsksUsage(body, stream),
    unmapped: unmapped.fields,
  };
}

/** One prompt, alone or in a list of one. */
function readPrompt(body: JsonObject): string {
  const given: unknown = body['prompt'] ?? null;
  const prompts: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (prompts.some((each) => typeof each === 'number' || Array.isArray(each))) {
    refuseTranslation('prompt', 'holds tokens, which another model would read as other text; send the text itself');
  }
  if (prompts.length > 1) refuseTranslation('prompt', 'holds several prompts, and this model is asked in conversations; send them one by one');
  const [prompt] = prompts;
  return typeof prompt === 'string' && prompt !== '' ? prompt : refuseField('prompt', 'has to be a string that is not empty');
}

function refuseUntranslatable(body: JsonObject): void {
  const { suffix } = body;
  if (suffix !== undefined && suffix !== null && suffix !== '') refuseTranslation('suffix', 'cannot be told to this model');
  if (booleanField(body, 'echo') === true) refuseTranslation('echo', 'cannot be told to this model');
  if ((wholeNumberField(body, 'best_of', 0) ?? 1) > 1) refuseTranslation('best_of', 'cannot be told to this model');
  if (wholeNumberField(body, 'logprobs', 0) !== null) refuseTranslation('logprobs', 'cannot be told to this model');
}

function readAsksUsage(body: JsonObject, stream: boolean): boolean {
  const options = objectField(body, 'stream_options');
  if (options === null) return false;
  if (!stream) refuseField('stream_options', 'is only allowed when "stream" is true');
  return booleanField(options, 'include_usage', 'stream_options') === true;
}

function refuseTranslation(field: string, why: string): never {
  throw new GatewayError('cannot_translate', `"${field}" ${why}`, { param: field });
}
