import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import { Drops } from '../../domain/canonical/drops.ts';
import type { Feature } from '../../domain/canonical/feature.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import type { EncodedRequest, EncodeTarget } from '../translation.ts';
import { mayThink, writeInput } from './encode-input.ts';
import { shortId, writeFormat, writeReasoning, writeSampling } from './encode-settings.ts';
import { writeToolChoice, writeTools } from './encode-tools.ts';
import type { WireInputItem } from './wire-types.ts';

/** The least answer that the API takes. */
const LEAST_OUTPUT_TOKENS = 16;

/** A request between protocols as `POST /responses`. */
export function encodeResponseRequest(request: CanonicalRequest, target: EncodeTarget): EncodedRequest {
  const drops = new Drops();
  const { traits } = target;
  const question = writeQuestion(request, target, drops);
  dropForeign(request, drops);
  const limit = request.maxOutputTokens;
  const body: JsonObject = {
    ...question,
    // Nobody would ever fetch it, and what a client did not ask to have kept is not kept.
    store: false,
    ...(limit === null ? {} : { max_output_tokens: Math.max(LEAST_OUTPUT_TOKENS, Math.min(limit, traits.maxOutputTokens ?? limit)) }),
    ...writeSampling(request, traits, drops),
    ...(request.logprobs === null ? {} : { top_logprobs: request.logprobs }),
    ...writeInclude(request, target, question.input),
    ...(request.userId === null ? {} : { safety_identifier: shortId(request.userId) }),
    ...(request.cacheKey === null ? {} : { prompt_cache_key: shortId(request.cacheKey) }),
    ...(request.serviceTier === null ? {} : { service_tier: request.serviceTier }),
    ...(request.metadata === null ? {} : { metadata: request.metadata }),
    ...(request.stream ? { stream: true } : {}),
  };
  return { path: '/responses', query: '', body, headers: {}, dropped: drops.features };
}

/** The part of a request whose tokens are counted: model, instructions, input, tools, thinking and the form of the answer. */
export function writeQuestion(
  request: CanonicalRequest,
  target: EncodeTarget,
  drops: Drops,
): JsonObject & { readonly input: readonly WireInputItem[] } {
  const { traits } = target;
  const { instructions, input } = writeInput(request, traits, drops);
  const tools = writeTools(request, traits, drops);
  const choice = writeToolChoice(request, traits, drops);
  const reasoning = writeReasoning(request, traits, drops);
  const format = writeFormat(request, target, drops);
  const verbosity = request.verbosity;
  return {
    model: target.model,
    ...(instructions === null ? {} : { instructions }),
    input: format?.type === 'json_object' ? withWordJson(input, traits) : input,
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice === null ? {} : { tool_choice: choice }),
    ...(request.parallelToolCalls === null ? {} : { parallel_tool_calls: request.parallelToolCalls }),
    ...(reasoning === null ? {} : { reasoning }),
    ...(format === null && verbosity === null
      ? {}
      : { text: { ...(format === null ? {} : { format }), ...(verbosity === null ? {} : { verbosity }) } }),
  };
}

/** The API refuses JSON mode when no message of the input says JSON; instructions do not count. */
function withWordJson(input: readonly WireInputItem[], traits: ModelTraits): readonly WireInputItem[] {
  const says = input.some((item) => 'content' in item && item.content.some((part) => 'text' in part && /json/i.test(part.text)));
  return says ? input : [{ role: traits.systemRole, content: [{ type: 'input_text', text: 'Answer with a JSON object.' }] }, ...input];
}

/** State has to be asked for where nothing is stored; models that do not think refuse the wish. */
function writeInclude(
  request: CanonicalRequest,
  { traits }: EncodeTarget,
  input: readonly WireInputItem[],
): { readonly include?: readonly string[] } {
  const include: string[] = [];
  const hasThoughts = input.some((item) => 'type' in item && item.type === 'reasoning');
  if (mayThink(traits) && (hasThoughts || request.reasoning?.isOn === true)) include.push('reasoning.encrypted_content');
  if (request.logprobs !== null) include.push('message.output_text.logprobs');
  return include.length === 0 ? {} : { include };
}

function dropForeign(request: CanonicalRequest, drops: Drops): void {
  const asked: readonly (readonly [Feature, boolean])[] = [
    ['stop', request.stop.length > 0],
    ['top-k', request.topK !== null],
    ['seed', request.seed !== null],
    ['frequency-penalty', request.frequencyPenalty !== null],
    ['presence-penalty', request.presencePenalty !== null],
    ['logit-bias', request.logitBias !== null],
    ['many-answers', request.answers > 1],
  ];
  for (const [feature, isAsked] of asked) if (isAsked) drops.add(feature);
}
