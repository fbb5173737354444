import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import { Drops } from '../../domain/canonical/drops.ts';
import { takenStops } from '../../domain/canonical/taken-stops.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import type { EncodedRequest, EncodeTarget } from '../translation.ts';
import { CacheMarks } from './cache-marks.ts';
import { encodeConversation } from './encode-conversation.ts';
import { encodeReasoning } from './encode-reasoning.ts';
import { encodeTools } from './encode-tools.ts';
import { sanitiseSchema } from './sanitise-schema.ts';
import { WIRE_VERSION } from './wire-types.ts';

/** The protocol demands a limit; this one every model takes. */
const DEFAULT_MAX_TOKENS = 4096;
const JSON_INSTRUCTION = 'Answer with one JSON object and nothing else.';

/** Writes `POST /v1/messages` for a model of which the traits are known. */
export function encodeMessagesRequest(request: CanonicalRequest, target: EncodeTarget): EncodedRequest {
  const { traits } = target;
  const drops = new Drops();
  const marks = new CacheMarks();
  const context = { traits, marks, drops };
  const reasoning = encodeReasoning(request, traits, maxTokensOf(request, traits), drops);
  // In the order in which the API reads them, which is the order of the marks.
  const { tools, toolChoice } = encodeTools(request, reasoning.isThinking, context);
  const output = encodeOutput(request, traits, drops);
  const mayPrefill = traits.prefill && !reasoning.isThinking && output.format === null;
  const { system, messages } = encodeConversation(request.turns, output.instruction, mayPrefill, context);
  marks.apply(drops);
  dropUnknown(request, drops);
  const config = { ...(reasoning.effort === null ? {} : { effort: reasoning.effort }), ...(output.format === null ? {} : { format: output.format }) };
  const body: JsonObject = {
    model: target.model,
    max_tokens: reasoning.maxTokens,
    ...(system === null ? {} : { system }),
    messages,
    ...(tools.length === 0 ? {} : { tools }),
    ...(toolChoice === null ? {} : { tool_choice: toolChoice }),
    ...(reasoning.thinking === null ? {} : { thinking: reasoning.thinking }),
    ...(Object.keys(config).length === 0 ? {} : { output_config: config }),
    ...encodeSampling(request, traits, reasoning.isThinking, drops),
    ...encodeStops(request, traits, drops),
    ...(request.userId === null ? {} : { metadata: { user_id: request.userId } }),
    ...encodeTier(request, drops),
    ...(request.stream ? { stream: true } : {}),
  };
  return { path: '/messages', query: '', body, headers: { 'anthropic-version': WIRE_VERSION }, dropped: drops.features };
}

/** A limit above the model's own is the same as the model's own, but refused. */
function maxTokensOf(request: CanonicalRequest, traits: ModelTraits): number {
  return Math.min(request.maxOutputTokens ?? traits.maxOutputTokens ?? DEFAULT_MAX_TOKENS, traits.maxOutputTokens ?? Number.MAX_SAFE_INTEGER);
}

function encodeSampling(request: CanonicalRequest, traits: ModelTraits, isThinking: boolean, drops: Drops): JsonObject {
  const isTaken = traits.sampling !== 'none' && (!isThinking || traits.samplingWhileThinking);
  const mayBoth = traits.sampling === 'all' || request.temperature === null;
  if (request.temperature !== null && !isTaken) drops.add('temperature');
  if (request.topP !== null && (!isTaken || !mayBoth)) drops.add('top-p');
  if (request.topK !== null && !isTaken) drops.add('top-k');
  if (!isTaken) return {};
  return {
    // Others count to 2; what is above 1 is as free as this API goes.
    ...(request.temperature === null ? {} : { temperature: Math.min(1, request.temperature) }),
    ...(request.topP === null || !mayBoth ? {} : { top_p: request.topP }),
    ...(request.topK === null ? {} : { top_k: request.topK }),
  };
}

/** The API refuses stop strings without anything to see in them. */
function encodeStops({ stop }: CanonicalRequest, traits: ModelTraits, drops: Drops): JsonObject {
  const visible = stop.filter((each) => each.trim() !== '');
  if (visible.length < stop.length) drops.add('blank-stops');
  const taken = takenStops(visible, traits.stops, drops);
  return taken.length === 0 ? {} : { stop_sequences: taken };
}

interface EncodedOutput {
  readonly format: JsonObject | null;
  /** Asks for JSON in words, where the API has no field for it. */
  readonly instruction: string | null;
}

function encodeOutput(request: CanonicalRequest, traits: ModelTraits, drops: Drops): EncodedOutput {
  const { outputFormat: wanted } = request;
  if (wanted === null) return { format: null, instruction: null };
  if (wanted.type === 'json-object' || wanted.schema === null) return { format: null, instruction: JSON_INSTRUCTION };
  if (!traits.jsonSchema || traits.lacks.has('jsonSchema')) {
    drops.add('json-schema');
    return { format: null, instruction: `${JSON_INSTRUCTION} It follows this JSON Schema: ${JSON.stringify(wanted.schema)}` };
  }
  const { schema, isReduced } = sanitiseSchema(wanted.schema);
  if (isReduced) drops.add('schema-keywords');
  return { format: { type: 'json_schema', schema }, instruction: null };
}

/** The API sells speed under other terms: `auto` uses what was bought ahead, and there is nothing slower than the standard. */
function encodeTier({ serviceTier }: CanonicalRequest, drops: Drops): JsonObject {
  if (serviceTier === null) return {};
  if (serviceTier === 'default') return { service_tier: 'standard_only' };
  if (serviceTier !== 'flex') return { service_tier: 'auto' };
  drops.add('service-tier');
  return {};
}

function dropUnknown(request: CanonicalRequest, drops: Drops): void {
  if (request.answers > 1) drops.add('many-answers');
  if (request.logprobs !== null) drops.add('logprobs');
  if (request.seed !== null) drops.add('seed');
  if (request.frequencyPenalty !== null) drops.add('frequency-penalty');
  if (request.presencePenalty !== null) drops.add('presence-penalty');
  if (request.logitBias !== null) drops.add('logit-bias');
  if (request.verbosity !== null) drops.add('verbosity');
  if (request.cacheKey !== null) drops.add('cache-key');
  if (request.metadata !== null) drops.add('metadata');
}
