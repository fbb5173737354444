import { eventStream, jsonAnswer } from './vendor-answer.ts';
import type { AnswerInput, VendorAnswer } from './vendor-answer.ts';

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
  if (input.json?.['stream'] !== true) {
    return jsonAnswer(message([{ type: 'text', text: input.words.join('') }], 'end_turn', whole), headers);
  }
  const event = (type: string, rest: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
  const pieces = [
    event('message_start', { message: message([], null, 1) }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    event('ping', {}),
  ];
  for (const word of input.words) pieces.push(event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: word } }));
  pieces.push(
    event('content_block_stop', { index: 0 }),
    event('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      ...(input.usage === null ? {} : { usage: messageUsage(input.usage, whole) }),
    }),
    event('message_stop', {}),
  );
  return { ...eventStream(pieces, 3, headers), comment: event('ping', {}) };
}

/** `POST …/messages/count_tokens`. */
export function answerAnthropicCountTokens(input: AnswerInput): VendorAnswer {
  return jsonAnswer({ input_tokens: input.usage?.input ?? 0 });
}

function messageUsage(usage: NonNullable<AnswerInput['usage']>, output: number): object {
  return {
    input_tokens: usage.input - usage.cacheRead,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: output,
    service_tier: 'standard',
  };
}
