import type { CanonicalRequest, CanonicalTool, ToolChoice } from '../../domain/canonical/canonical-request.ts';
import type { StopReason } from '../../domain/canonical/canonical-response.ts';
import type { AnswerContext } from '../translation.ts';

/** How a response ended, as its members say it. */
export interface ResponseEnd {
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  /** `error` and `incomplete_details` as JSON text. */
  readonly error: string;
  readonly incomplete: string;
}

export const IN_PROGRESS: ResponseEnd = { status: 'in_progress', error: 'null', incomplete: 'null' };

/** `hasRefusal`: the answer holds words of refusal, which say it all; one without them was withheld. */
export function endOfStop(stop: StopReason, hasRefusal: boolean): ResponseEnd {
  switch (stop) {
    case 'length':
      return { status: 'incomplete', error: 'null', incomplete: '{"reason":"max_output_tokens"}' };
    case 'refusal':
      if (hasRefusal) return { status: 'completed', error: 'null', incomplete: 'null' };
      return { status: 'incomplete', error: 'null', incomplete: '{"reason":"content_filter"}' };
    case 'blocked':
      return { status: 'incomplete', error: 'null', incomplete: '{"reason":"content_filter"}' };
    case 'end':
    case 'stop-sequence':
    case 'tool-calls':
    case 'pause':
      return { status: 'completed', error: 'null', incomplete: 'null' };
  }
}

/** Writes the response object around what changes, which stands in every event of its life. Holds text only: a stream may outlive its request. */
export class ResponseJson {
  readonly #head: string;
  readonly #tail: string;
  #createdAt: number;

  constructor(id: string, { publicModel, request, now }: AnswerContext) {
    this.#head = `{"id":"${id}","object":"response","model":${JSON.stringify(publicModel)},`;
    const echo = JSON.stringify(echoRequest(request));
    this.#tail = `,${echo.slice(1)}`;
    this.#createdAt = now;
  }

  /** Unix seconds; null: the upstream does not say. */
  setCreatedAt(createdAt: number | null): void {
    this.#createdAt = createdAt ?? this.#createdAt;
  }

  /** `output`: items as JSON text; `usage`: as JSON text. */
  write({ status, error, incomplete }: ResponseEnd, output: readonly string[], usage: string): string {
    const head = `${this.#head}"created_at":${this.#createdAt},`;
    return `${head}"status":"${status}","error":${error},"incomplete_details":${incomplete},"output":[${output.join(',')}],"usage":${usage}${this.#tail}`;
  }
}

/** What the API repeats of a request. Defaults stand where the client said nothing, as the API has them. */
function echoRequest(request: CanonicalRequest): object {
  return {
    background: false,
    // A first system turn may have come as an item; both say the same to the model.
    instructions: firstInstructions(request),
    max_output_tokens: request.maxOutputTokens,
    max_tool_calls: null,
    metadata: request.metadata ?? {},
    parallel_tool_calls: request.parallelToolCalls ?? true,
    previous_response_id: null,
    prompt_cache_key: request.cacheKey,
    reasoning: echoReasoning(request),
    safety_identifier: request.userId,
    service_tier: request.serviceTier ?? 'auto',
    store: false,
    temperature: request.temperature ?? 1,
    text: echoText(request),
    tool_choice: echoChoice(request.toolChoice, request.tools),
    tools: request.tools.map(echoTool),
    top_logprobs: request.logprobs ?? 0,
    top_p: request.topP ?? 1,
    truncation: 'disabled',
    user: null,
  };
}

function firstInstructions({ turns }: CanonicalRequest): string | null {
  const first = turns[0];
  if (first?.role !== 'system') return null;
  return first.parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

function echoReasoning({ reasoning }: CanonicalRequest): object {
  return { effort: reasoning?.isOn === false ? 'none' : (reasoning?.effort ?? null), summary: reasoning?.display === 'shown' ? 'auto' : null };
}

function echoText({ outputFormat, verbosity }: CanonicalRequest): object {
  return { format: echoFormat(outputFormat), verbosity: verbosity ?? 'medium' };
}

function echoFormat(format: CanonicalRequest['outputFormat']): object {
  if (format === null) return { type: 'text' };
  if (format.type === 'json-object') return { type: 'json_object' };
  const { name, description, schema, strict } = format;
  return { type: 'json_schema', name: name ?? 'answer', description, schema: schema ?? {}, strict: strict ?? false };
}

function echoTool(tool: CanonicalTool): object {
  const { name, description } = tool;
  if (tool.kind === 'custom') return { type: 'custom', name, description: description ?? undefined, format: tool.grammar ?? { type: 'text' } };
  return { type: 'function', name, description, parameters: tool.parameters, strict: tool.strict ?? false };
}

function echoChoice(choice: ToolChoice | null, tools: readonly CanonicalTool[]): unknown {
  const refer = (name: string): object => ({ type: tools.find((tool) => tool.name === name)?.kind ?? 'function', name });
  if (choice === null) return 'auto';
  if (choice.type === 'named') return refer(choice.name);
  if (choice.type === 'allowed') return { type: 'allowed_tools', mode: choice.isRequired ? 'required' : 'auto', tools: choice.names.map(refer) };
  return choice.type;
}
