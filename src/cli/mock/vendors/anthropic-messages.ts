import { argumentFragments } from './argument-fragments.ts';
import { issueState } from './mock-state.ts';
import { eventStream, jsonAnswer } from './vendor-answer.ts';
import type { AnswerInput, VendorAnswer } from './vendor-answer.ts';

/** A block of the answer: whole, as a stream opens it, and what the stream adds to it. */
interface AnswerBlock {
  readonly whole: object;
  readonly opened: object;
  readonly deltas: readonly object[];
}

/** `POST …/messages`: named events, usage in `message_start` and, cumulative, in `message_delta`. */
export function answerAnthropicMessages(input: AnswerInput): VendorAnswer {
  const headers = { 'request-id': `req_mock${input.number}`, 'anthropic-organization-id': 'org-mock' };
  const message = (content: readonly object[], stop: string | null, output: number): object => ({
    id: `msg_mock${input.number}`,
    type: 'message',
    role: 'assistant',
    model: input.model,
    content,
    stop_reason: stop,
    stop_sequence: null,
    ...(input.usage === null ? {} : { usage: messageUsage(input.usage, output) }),
  });
  const whole = input.usage?.output ?? 0;
  const stop = input.toolCalls.length === 0 ? 'end_turn' : 'tool_use';
  const blocks = blocksOf(input);
  if (input.json?.['stream'] !== true) {
    const content = blocks.map((block) => block.whole);
    return jsonAnswer(message(content, stop, whole), headers);
  }
  const pieces = [event('message_start', { message: message([], null, 1) })];
  for (const [index, { opened, deltas }] of blocks.entries()) {
    pieces.push(event('content_block_start', { index, content_block: opened }));
    if (index === 0) pieces.push(event('ping', {}));
    for (const delta of deltas) pieces.push(event('content_block_delta', { index, delta }));
    pieces.push(event('content_block_stop', { index }));
  }
  pieces.push(
    event('message_delta', {
      delta: { stop_reason: stop, stop_sequence: null },
      ...(input.usage === null ? {} : { usage: messageUsage(input.usage, whole) }),
    }),
    event('message_stop', {}),
  );
  return { ...eventStream(pieces, 3, headers), comment: event('ping', {}), failure: (error) => [event('error', error)] };
}

/** `POST …/messages/count_tokens`. */
export function answerAnthropicCountTokens(input: AnswerInput): VendorAnswer {
  return jsonAnswer({ input_tokens: input.usage?.input ?? 0 });
}

function blocksOf(input: AnswerInput): readonly AnswerBlock[] {
  return [
    ...(input.thoughts === null ? [] : [thinkingBlock(input.thoughts)]),
    ...(input.words.length === 0 ? [] : [textBlock(input.words)]),
    ...input.toolCalls.map((call, index) => toolUseBlock(`toolu_mock${input.number}x${index}`, call.name, call.arguments)),
  ];
}

function thinkingBlock(thoughts: readonly string[]): AnswerBlock {
  const thinking = thoughts.join('');
  const signature = issueState('anthropic', thinking);
  return {
    whole: { type: 'thinking', thinking, signature },
    opened: { type: 'thinking', thinking: '', signature: '' },
    deltas: [...thoughts.map((thought) => ({ type: 'thinking_delta', thinking: thought })), { type: 'signature_delta', signature }],
  };
}

function textBlock(words: readonly string[]): AnswerBlock {
  return {
    whole: { type: 'text', text: words.join('') },
    opened: { type: 'text', text: '' },
    deltas: words.map((word) => ({ type: 'text_delta', text: word })),
  };
}

/** Its first fragment is empty; a call without arguments has no other. */
function toolUseBlock(id: string, name: string, args: object): AnswerBlock {
  const fragments = Object.keys(args).length === 0 ? [] : argumentFragments(args);
  return {
    whole: { type: 'tool_use', id, name, input: args },
    opened: { type: 'tool_use', id, name, input: {} },
    deltas: ['', ...fragments].map((fragment) => ({ type: 'input_json_delta', partial_json: fragment })),
  };
}

function event(type: string, rest: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
}

function messageUsage(usage: NonNullable<AnswerInput['usage']>, output: number): object {
  return {
    input_tokens: usage.input - usage.cacheRead,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { thinking_tokens: Math.min(usage.reasoning, output) },
    service_tier: 'standard',
  };
}
