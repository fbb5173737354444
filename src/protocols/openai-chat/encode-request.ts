import type { CanonicalReasoning, CanonicalRequest, Effort, OutputFormat } from '../../domain/canonical/canonical-request.ts';
import { Drops } from '../../domain/canonical/drops.ts';
import { effortOfBudget, nearestEffort } from '../../domain/canonical/reasoning-budget.ts';
import type { ModelTraits, ThinkingTraits } from '../../domain/model-traits.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { maySample, writeSampling } from '../openai-sampling.ts';
import { openaiShortId } from '../openai-short-id.ts';
import { isStrictSchema } from '../openai-strict-schema.ts';
import { passedEffort } from '../openai-passed-effort.ts';
import type { EncodedRequest, EncodeTarget } from '../translation.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeTools } from './encode-tools.ts';
import type { MessageParam, ResponseFormatParam } from './wire-types.ts';

/** Tokens of the longest answer, for the share that a budget is of it, when the model's is unknown. */
const USUAL_LONGEST_ANSWER = 32_000;

/** A request for a chat upstream. */
export function encodeRequest(asked: CanonicalRequest, { model, traits }: EncodeTarget): EncodedRequest {
  const drops = new Drops();
  const request = withoutThoughtBesideTools(asked, traits, drops);
  const format = encodeFormat(request.outputFormat, traits, drops);
  const messages = encodeMessages(request.turns, traits, drops);
  const body: JsonObject = {
    model,
    messages: format?.type === 'json_object' ? withWordJson(messages, traits) : messages,
    ...encodeLimit(request, traits),
    ...writeSampling(request, traits, drops),
    ...encodeLogprobs(request, traits, drops),
    ...encodeTools(request, traits, drops),
    ...(format === null ? {} : { response_format: format }),
    ...encodeReasoning(request, traits, drops),
    ...encodeWishes(request),
    // Without it a stream tells no usage.
    ...(request.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
  if (request.metadata !== null) drops.add('metadata');
  if (request.turns.at(-1)?.role === 'assistant' && !traits.prefill) drops.add('prefill');
  return { path: '/chat/completions', query: '', body, headers: {}, dropped: drops.features };
}

/** Some models take tools only when they are told not to think. */
function withoutThoughtBesideTools(request: CanonicalRequest, traits: ModelTraits, drops: Drops): CanonicalRequest {
  const { tools, reasoning } = request;
  if (traits.toolsWhileThinking || tools.length === 0 || traits.lacks.has('tools')) return request;
  if (reasoning !== null && reasoning.isOn && (reasoning.effort !== null || reasoning.budgetTokens !== null)) drops.add('thinking-level');
  return { ...request, reasoning: { isOn: false, effort: null, budgetTokens: null, display: reasoning?.display ?? null } };
}

function encodeLimit({ maxOutputTokens }: CanonicalRequest, traits: ModelTraits): JsonObject {
  if (maxOutputTokens === null) return {};
  return { [traits.outputLimitField]: Math.min(maxOutputTokens, traits.maxOutputTokens ?? maxOutputTokens) };
}

function encodeLogprobs(request: CanonicalRequest, traits: ModelTraits, drops: Drops): JsonObject {
  if (request.logprobs === null) return {};
  if (maySample(request, traits)) return { logprobs: true, ...(request.logprobs > 0 ? { top_logprobs: request.logprobs } : {}) };
  drops.add('logprobs');
  return {};
}

function encodeWishes({ verbosity, userId, serviceTier, cacheKey }: CanonicalRequest): JsonObject {
  return {
    ...(verbosity === null ? {} : { verbosity }),
    // The older name is known to every compatible server, OpenAI's own included.
    ...(userId === null ? {} : { user: openaiShortId(userId) }),
    ...(serviceTier === null ? {} : { service_tier: serviceTier }),
    ...(cacheKey === null ? {} : { prompt_cache_key: openaiShortId(cacheKey) }),
  };
}

function encodeFormat(format: OutputFormat | null, traits: ModelTraits, drops: Drops): ResponseFormatParam | null {
  if (format === null) return null;
  if (format.type === 'json-object') return { type: 'json_object' };
  if (!traits.jsonSchema || traits.lacks.has('jsonSchema')) {
    drops.add('json-schema');
    drops.add('schema-keywords');
    return { type: 'json_object' };
  }
  const { schema, description } = format;
  if (schema === null) return { type: 'json_object' };
  // Protocols without the word are strict by nature; here a schema has to qualify for it.
  const strict = format.strict ?? isStrictSchema(schema);
  return {
    type: 'json_schema',
    json_schema: { name: schemaName(format.name), ...(description === null ? {} : { description }), schema, ...(strict ? { strict } : {}) },
  };
}

/** A name of `[a-zA-Z0-9_-]`, of at most 64 characters. */
function schemaName(name: string | null): string {
  const clean = (name ?? '').replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64);
  return clean === '' ? 'response' : clean;
}

/** OpenAI refuses JSON mode when no message says JSON. */
function withWordJson(messages: readonly MessageParam[], traits: ModelTraits): readonly MessageParam[] {
  const says = ({ content }: MessageParam): boolean => {
    if (typeof content === 'string') return /json/i.test(content);
    return content !== null && content.some((part) => part.type === 'text' && /json/i.test(part.text));
  };
  return messages.some(says) ? messages : [{ role: traits.systemRole, content: 'Answer with a JSON object.' }, ...messages];
}

function encodeReasoning(request: CanonicalRequest, traits: ModelTraits, drops: Drops): JsonObject {
  const { reasoning } = request;
  if (reasoning === null) return {};
  if (reasoning.display !== null) drops.add('thinking-display');
  const { thinking } = traits;
  const isTold = reasoning.effort !== null || reasoning.budgetTokens !== null;
  const passed = passedEffort(request, traits);
  if (passed !== null) return { reasoning_effort: passed };
  if (thinking === null || traits.lacks.has('thinking')) {
    if (reasoning.isOn && isTold) drops.add('thinking');
    if (isTold || !reasoning.isOn) drops.add('thinking-level');
    return {};
  }
  if (!reasoning.isOn) return encodeNoThought(thinking, drops);
  const effort = isTold ? nearestEffort(wantedEffort(reasoning, traits), thinking.efforts) : null;
  if (isTold && effort === null) drops.add('thinking-level');
  return effort === null ? {} : { reasoning_effort: effort };
}

/** Where a model cannot be told not to think, it is told to think as little as it can. */
function encodeNoThought({ off, efforts }: ThinkingTraits, drops: Drops): JsonObject {
  if (off === 'unasked') return {};
  if (off === 'disabled') return { thinking: { type: 'disabled' } };
  const effort = off === 'none' ? off : efforts[0];
  if (effort !== undefined) return { reasoning_effort: effort };
  drops.add('thinking-level');
  return {};
}

function wantedEffort({ effort, budgetTokens }: CanonicalReasoning, { maxOutputTokens }: ModelTraits): Effort {
  return effort ?? effortOfBudget(budgetTokens ?? 0, maxOutputTokens ?? USUAL_LONGEST_ANSWER);
}
