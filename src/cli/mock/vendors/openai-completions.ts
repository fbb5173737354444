import { eventStream, jsonAnswer } from './vendor-answer.ts';
import type { AnswerInput, VendorAnswer } from './vendor-answer.ts';

/** `POST …/completions`, the legacy form. */
export function answerOpenaiCompletions(input: AnswerInput): VendorAnswer {
  const options = input.json?.['stream_options'];
  const wantsUsage = typeof options === 'object' && options !== null && 'include_usage' in options && options.include_usage === true;
  const usage =
    input.usage === null
      ? null
      : {
          prompt_tokens: input.usage.input,
          completion_tokens: input.usage.output,
          total_tokens: input.usage.input + input.usage.output,
        };
  const object = (choices: readonly object[], counts: object | null): object => ({
    id: `cmpl-mock${input.number}`,
    object: 'text_completion',
    created: 1_795_000_000,
    model: input.model,
    choices,
    ...(counts === null ? {} : { usage: counts }),
  });
  const choice = (text: string, finish: string | null): object => ({ text, index: 0, logprobs: null, finish_reason: finish });
  if (input.json?.['stream'] !== true) return jsonAnswer(object([choice(input.words.join(''), 'stop')], usage));
  const data = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;
  const pieces = input.words.map((word) => data(object([choice(word, null)], null)));
  pieces.push(data(object([choice('', 'stop')], null)));
  if (wantsUsage && usage !== null) pieces.push(data(object([], usage)));
  pieces.push('data: [DONE]\n\n');
  return eventStream(pieces, 0);
}
