/** A small answer of one upstream protocol, written out by hand, so that a test can take it apart. */
export interface UpstreamAnswer {
  readonly protocol: string;
  /** Whole frames. The text stands in `TEXT_PIECES`, one a frame. */
  readonly frames: readonly string[];
  /** How many frames stand before the first piece of text, and behind the last one the answer's end. */
  readonly textAt: number;
  /** One frame with this text. */
  frameOf(text: string): string;
  /** The same answer, whole. */
  readonly body: object;
  /** An error as it stands in a body, and as the protocol's stream tells it. */
  readonly error: object;
  readonly errorFrame: string;
}

export const TEXT_PIECES = ['One small ', 'step for ', 'a gateway.'] as const;
export const WHOLE_TEXT = TEXT_PIECES.join('');

function data(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

function named(event: { readonly type: string; readonly [member: string]: unknown }): string {
  return `event: ${event.type}\n${data(event)}`;
}

function chunk(delta: object, finish: string | null = null): string {
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_795_000_000, model: 'up' };
  return data({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] });
}

const CHAT_USAGE = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };

const CHAT: UpstreamAnswer = {
  protocol: 'openai-chat',
  frameOf: (text) => chunk({ content: text }),
  frames: [
    chunk({ role: 'assistant', content: '' }),
    ...TEXT_PIECES.map((content) => chunk({ content })),
    chunk({}, 'stop'),
    data({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_795_000_000, model: 'up', choices: [], usage: CHAT_USAGE }),
    'data: [DONE]\n\n',
  ],
  textAt: 1,
  body: {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_795_000_000,
    model: 'up',
    choices: [{ index: 0, message: { role: 'assistant', content: WHOLE_TEXT }, finish_reason: 'stop' }],
    usage: CHAT_USAGE,
  },
  error: { error: { message: 'The vendor is down.', type: 'server_error', param: null, code: null } },
  errorFrame: data({ error: { message: 'The vendor is down.', type: 'server_error', param: null, code: null } }),
};

const RESPONSE = { id: 'resp_1', object: 'response', created_at: 1_795_000_000, model: 'up', status: 'in_progress', output: [] };
const PART = { type: 'output_text', text: WHOLE_TEXT, annotations: [] };
const ITEM = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [PART] };
const COMPLETED = {
  ...RESPONSE,
  status: 'completed',
  output: [ITEM],
  usage: { input_tokens: 7, output_tokens: 5, total_tokens: 12 },
};
const IN_PART = { item_id: 'msg_1', output_index: 0, content_index: 0 };

const RESPONSES: UpstreamAnswer = {
  protocol: 'openai-responses',
  frameOf: (text) => named({ type: 'response.output_text.delta', ...IN_PART, delta: text }),
  frames: [
    { type: 'response.created', response: RESPONSE },
    { type: 'response.output_item.added', output_index: 0, item: { ...ITEM, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...IN_PART, part: { ...PART, text: '' } },
    ...TEXT_PIECES.map((delta) => ({ type: 'response.output_text.delta', ...IN_PART, delta })),
    { type: 'response.output_text.done', ...IN_PART, text: WHOLE_TEXT },
    { type: 'response.content_part.done', ...IN_PART, part: PART },
    { type: 'response.output_item.done', output_index: 0, item: ITEM },
    { type: 'response.completed', response: COMPLETED },
  ].map((event, number) => named({ ...event, sequence_number: number })),
  textAt: 3,
  body: COMPLETED,
  error: { error: { message: 'The vendor is down.', type: 'server_error', param: null, code: 'server_error' } },
  errorFrame: named({ type: 'error', code: 'server_error', message: 'The vendor is down.', param: null }),
};

const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'up', stop_sequence: null };

const ANTHROPIC: UpstreamAnswer = {
  protocol: 'anthropic-messages',
  frameOf: (text) => named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
  frames: [
    { type: 'message_start', message: { ...MESSAGE, content: [], stop_reason: null, usage: { input_tokens: 7, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...TEXT_PIECES.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 5 } },
    { type: 'message_stop' },
  ].map(named),
  textAt: 2,
  body: { ...MESSAGE, content: [{ type: 'text', text: WHOLE_TEXT }], stop_reason: 'end_turn', usage: { input_tokens: 7, output_tokens: 5 } },
  error: { type: 'error', error: { type: 'api_error', message: 'The vendor is down.' } },
  errorFrame: named({ type: 'error', error: { type: 'api_error', message: 'The vendor is down.' } }),
};

const GEMINI_USAGE = { promptTokenCount: 7, candidatesTokenCount: 5, totalTokenCount: 12 };

function candidate(text: string, more: object = {}): object {
  return { candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] }, ...more }], modelVersion: 'up', responseId: 'r1' };
}

const GEMINI: UpstreamAnswer = {
  protocol: 'gemini-generate',
  frameOf: (text) => data(candidate(text)),
  frames: [...TEXT_PIECES.map((text) => data(candidate(text))), data({ ...candidate('', { finishReason: 'STOP' }), usageMetadata: GEMINI_USAGE })],
  textAt: 0,
  body: { ...candidate(WHOLE_TEXT, { finishReason: 'STOP' }), usageMetadata: GEMINI_USAGE },
  error: { error: { code: 500, message: 'The vendor is down.', status: 'INTERNAL' } },
  errorFrame: data({ error: { code: 500, message: 'The vendor is down.', status: 'INTERNAL' } }),
};

/** Every protocol of text that an upstream may be spoken to in by translation. */
export const UPSTREAM_ANSWERS: readonly UpstreamAnswer[] = [CHAT, RESPONSES, ANTHROPIC, GEMINI];
