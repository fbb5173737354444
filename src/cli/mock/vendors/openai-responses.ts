import { eventStream, jsonAnswer } from './vendor-answer.ts';
import type { AnswerInput, AnswerUsage, VendorAnswer } from './vendor-answer.ts';

/** `POST …/responses`, with the numbered events of a recorded text stream. */
export function answerOpenaiResponses(input: AnswerInput): VendorAnswer {
  const text = input.words.join('');
  const message = { ...openMessage(input), status: 'completed', content: [textPart(text)] };
  const completed = response(input, 'completed', [message], input.usage);
  if (input.json?.['stream'] !== true) return jsonAnswer(completed, { 'x-request-id': `req_mock${input.number}` });
  let sequence = 0;
  const event = (type: string, rest: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...rest })}\n\n`;
  const place = { item_id: `msg_mock${input.number}`, output_index: 0, content_index: 0 };
  const started = response(input, 'in_progress', [], null);
  const pieces = [
    event('response.created', { response: started }),
    event('response.in_progress', { response: started }),
    event('response.output_item.added', { output_index: 0, item: openMessage(input) }),
    event('response.content_part.added', { ...place, part: textPart('') }),
  ];
  for (const word of input.words) pieces.push(event('response.output_text.delta', { ...place, delta: word, logprobs: [] }));
  pieces.push(
    event('response.output_text.done', { ...place, text, logprobs: [] }),
    event('response.content_part.done', { ...place, part: textPart(text) }),
    event('response.output_item.done', { output_index: 0, item: message }),
    event('response.completed', { response: completed }),
  );
  return eventStream(pieces, 4, { 'x-request-id': `req_mock${input.number}` });
}

function openMessage(input: AnswerInput): object {
  return { id: `msg_mock${input.number}`, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
}

function textPart(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
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
    store: true,
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
