import { argumentFragments } from './argument-fragments.ts';
import { issueState } from './mock-state.ts';
import type { AnswerInput } from './vendor-answer.ts';

/** An item of `output`: as a stream opens it, whole, and the events between the two. */
export interface ResponsesItem {
  readonly opened: object;
  readonly whole: Readonly<Record<string, unknown>>;
  readonly steps: readonly (readonly [type: string, rest: object])[];
}

/** The answer's items: reasoning, message, calls. */
export function responsesItems(input: AnswerInput): readonly ResponsesItem[] {
  return [
    ...(input.thoughts === null ? [] : [reasoningItem(input, input.thoughts)]),
    ...(input.words.length === 0 ? [] : [messageItem(input)]),
    ...input.toolCalls.map((call, index) => callItem(input.number, index, call.name, call.arguments)),
  ];
}

/** `encrypted_content` only where `include` asks for it; in a stream it differs until the item is done. */
function reasoningItem(input: AnswerInput, thoughts: readonly string[]): ResponsesItem {
  const text = thoughts.join('');
  const include = input.json?.['include'];
  const isSealed = Array.isArray(include) && include.includes('reasoning.encrypted_content');
  const item = { id: `rs_mock${input.number}`, type: 'reasoning' };
  const summary = thoughts.length === 0 ? [] : [{ type: 'summary_text', text }];
  return {
    opened: { ...item, summary: [], ...(isSealed ? { encrypted_content: 'bW9jazpub3QteWV0' } : {}) },
    whole: { ...item, summary, ...(isSealed ? { encrypted_content: issueState('openai', text) } : {}) },
    steps: summary.flatMap((part) => [
      ['response.reasoning_summary_part.added', { summary_index: 0, part: { type: 'summary_text', text: '' } }] as const,
      ...thoughts.map((delta) => ['response.reasoning_summary_text.delta', { summary_index: 0, delta }] as const),
      ['response.reasoning_summary_text.done', { summary_index: 0, text }] as const,
      ['response.reasoning_summary_part.done', { summary_index: 0, part }] as const,
    ]),
  };
}

function messageItem(input: AnswerInput): ResponsesItem {
  const text = input.words.join('');
  const item = { id: `msg_mock${input.number}`, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
  return {
    opened: item,
    whole: { ...item, status: 'completed', content: [textPart(text)] },
    steps: [
      ['response.content_part.added', { content_index: 0, part: textPart('') }],
      ...input.words.map((delta) => ['response.output_text.delta', { content_index: 0, delta, logprobs: [] }] as const),
      ['response.output_text.done', { content_index: 0, text, logprobs: [] }],
      ['response.content_part.done', { content_index: 0, part: textPart(text) }],
    ],
  };
}

function callItem(number: number, index: number, name: string, args: object): ResponsesItem {
  const text = JSON.stringify(args);
  const item = { id: `fc_mock${number}x${index}`, type: 'function_call', status: 'in_progress', call_id: `call_mock${number}x${index}`, name };
  return {
    opened: { ...item, arguments: '' },
    whole: { ...item, status: 'completed', arguments: text },
    steps: [
      ...argumentFragments(args).map((delta) => ['response.function_call_arguments.delta', { delta }] as const),
      ['response.function_call_arguments.done', { arguments: text }],
    ],
  };
}

function textPart(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}
