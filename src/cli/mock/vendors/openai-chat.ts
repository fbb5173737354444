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
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: input.words.join(''), refusal: null, annotations: [] },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      ...(input.usage === null ? {} : { usage: chatUsage(input.usage) }),
      service_tier: 'default',
      system_fingerprint: 'fp_mock',
    },
    headers,
  );
}

function streamed(input: AnswerInput, headers: Readonly<Record<string, string>>): VendorAnswer {
  const options = input.json?.['stream_options'];
  const wantsUsage = typeof options === 'object' && options !== null && 'include_usage' in options && options.include_usage === true;
  const chunk = (choices: readonly object[], usage: object | null): string =>
    `data: ${JSON.stringify({
      id: `chatcmpl-mock${input.number}`,
      object: 'chat.completion.chunk',
      created: CREATED,
      model: input.model,
      service_tier: 'default',
      system_fingerprint: 'fp_mock',
      choices,
      ...(wantsUsage && input.usage !== null ? { usage } : {}),
    })}\n\n`;
  const choice = (delta: object, finish: string | null): string => chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }], null);
  const pieces = [choice({ role: 'assistant', content: '', refusal: null }, null)];
  for (const word of input.words) pieces.push(choice({ content: word }, null));
  pieces.push(choice({}, 'stop'));
  if (wantsUsage && input.usage !== null) pieces.push(chunk([], chatUsage(input.usage)));
  pieces.push('data: [DONE]\n\n');
  return eventStream(pieces, 1, headers);
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
