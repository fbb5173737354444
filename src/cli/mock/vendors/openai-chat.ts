import { argumentFragments } from './argument-fragments.ts';
import { eventStream, jsonAnswer } from './vendor-answer.ts';
import type { AnswerInput, AnswerUsage, VendorAnswer } from './vendor-answer.ts';

const CREATED = 1_795_000_000;

/** `POST …/chat/completions`; the usage chunk of a stream comes only when `stream_options.include_usage` asks. */
export function answerOpenaiChat(input: AnswerInput): VendorAnswer {
  const headers = { 'x-request-id': `req_mock${input.number}`, 'openai-processing-ms': '12', 'openai-version': '2020-10-01' };
  if (input.json?.['stream'] === true) return streamed(input, headers);
  return jsonAnswer(
    {
      id: `chatcmpl-mock${input.number}`,
      object: 'chat.completion',
      created: CREATED,
      model: input.model,
      choices: [{ index: 0, message: messageOf(input), logprobs: null, finish_reason: finishReason(input) }],
      ...(input.usage === null ? {} : { usage: chatUsage(input.usage) }),
      service_tier: 'default',
      system_fingerprint: 'fp_mock',
    },
    headers,
  );
}

function messageOf(input: AnswerInput): object {
  const calls = input.toolCalls.map((call, index) => ({
    id: callId(input, index),
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
  return {
    role: 'assistant',
    content: input.words.length === 0 ? null : input.words.join(''),
    ...(input.thoughts === null ? {} : { reasoning_content: input.thoughts.join('') }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    refusal: null,
    annotations: [],
  };
}

function streamed(input: AnswerInput, headers: Readonly<Record<string, string>>): VendorAnswer {
  const options = input.json?.['stream_options'];
  const wantsUsage = typeof options === 'object' && options !== null && 'include_usage' in options && options.include_usage === true;
  const chunk = (choices: readonly object[], usage: object | null): string =>
    data({
      id: `chatcmpl-mock${input.number}`,
      object: 'chat.completion.chunk',
      created: CREATED,
      model: input.model,
      service_tier: 'default',
      system_fingerprint: 'fp_mock',
      choices,
      ...(wantsUsage && input.usage !== null ? { usage } : {}),
    });
  const choice = (delta: object, finish: string | null): string => chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }], null);
  const pieces = [
    { role: 'assistant', content: input.words.length === 0 ? null : '', refusal: null },
    ...(input.thoughts ?? []).map((thought) => ({ reasoning_content: thought })),
    ...input.words.map((word) => ({ content: word })),
    ...callDeltas(input),
  ].map((delta) => choice(delta, null));
  pieces.push(choice({}, finishReason(input)));
  if (wantsUsage && input.usage !== null) pieces.push(chunk([], chatUsage(input.usage)));
  pieces.push('data: [DONE]\n\n');
  return { ...eventStream(pieces, 1, headers), failure: (error) => [data(error)] };
}

/** One call after the other: its name first, then its arguments in pieces. */
function callDeltas(input: AnswerInput): readonly object[] {
  return input.toolCalls.flatMap((call, index) => [
    { tool_calls: [{ index, id: callId(input, index), type: 'function', function: { name: call.name, arguments: '' } }] },
    ...argumentFragments(call.arguments).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);
}

function data(body: object): string {
  return `data: ${JSON.stringify(body)}\n\n`;
}

function callId(input: AnswerInput, index: number): string {
  return `call_mock${input.number}x${index}`;
}

function finishReason(input: AnswerInput): string {
  return input.toolCalls.length === 0 ? 'stop' : 'tool_calls';
}

function chatUsage(usage: AnswerUsage): object {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
