import { responsesItems } from './openai-responses-items.ts';
import { eventStream, jsonAnswer } from './vendor-answer.ts';
import type { AnswerInput, AnswerUsage, VendorAnswer } from './vendor-answer.ts';

/** `POST …/responses`, with the numbered events of a recorded stream. */
export function answerOpenaiResponses(input: AnswerInput): VendorAnswer {
  const headers = { 'x-request-id': `req_mock${input.number}` };
  const items = responsesItems(input);
  const output = items.map((item) => item.whole);
  const completed = response(input, 'completed', output, input.usage);
  if (input.json?.['stream'] !== true) return jsonAnswer(completed, headers);
  const started = response(input, 'in_progress', [], null);
  const events: (readonly [type: string, rest: object])[] = [
    ['response.created', { response: started }],
    ['response.in_progress', { response: started }],
  ];
  for (const [index, { opened, whole, steps }] of items.entries()) {
    events.push(['response.output_item.added', { output_index: index, item: opened }]);
    for (const [type, rest] of steps) events.push([type, { item_id: whole['id'], output_index: index, ...rest }]);
    events.push(['response.output_item.done', { output_index: index, item: whole }]);
  }
  events.push(['response.completed', { response: completed }]);
  return {
    ...eventStream(
      events.map(([type, rest], index) => event(type, index, rest)),
      4,
      headers,
    ),
    failure: (error, place) => failure(input, error, place),
  };
}

/** `POST …/responses/input_tokens`. */
export function answerOpenaiInputTokens(input: AnswerInput): VendorAnswer {
  return jsonAnswer({ object: 'response.input_tokens', input_tokens: input.usage?.input ?? 0 });
}

/** The wire nests the error, and ends with the failed response. */
function failure(input: AnswerInput, error: object, place: number): readonly string[] {
  const told = 'error' in error && typeof error.error === 'object' ? { ...error.error } : {};
  const message = 'message' in told ? told.message : '';
  const failed = { ...response(input, 'failed', [], null), error: { code: 'server_error', message } };
  return [event('error', place, { error: told }), event('response.failed', place + 1, { response: failed })];
}

function event(type: string, sequence: number, rest: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence, ...rest })}\n\n`;
}

function response(input: AnswerInput, status: string, output: readonly object[], usage: AnswerUsage | null): object {
  return {
    id: `resp_mock${input.number}`,
    object: 'response',
    created_at: 1_795_000_000,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    model: input.model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: input.json?.['store'] !== false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage:
      usage === null
        ? null
        : {
            input_tokens: usage.input,
            input_tokens_details: { cached_tokens: usage.cacheRead },
            output_tokens: usage.output,
            output_tokens_details: { reasoning_tokens: usage.reasoning },
            total_tokens: usage.input + usage.output,
          },
  };
}
