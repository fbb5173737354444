/** Frames of vendors' streams, for scripts of the mock upstream. */

/** Any JSON as an event. */
export const data = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;
/** A named event of Anthropic or OpenAI Responses. */
export const event = (type: string, rest: object = {}): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;

/** A chunk of a chat completion. */
export function chunk(delta: object, finish: string | null = null, rest: object = {}): string {
  return data({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }], ...rest });
}

/** A chunk with a fragment of a call. */
export function call(index: number, rest: object): string {
  return chunk({ tool_calls: [{ index, ...rest }] });
}

/** A frame of Gemini with one candidate. */
export function frame(candidate: object, rest: object = {}): string {
  return `data: ${JSON.stringify({ candidates: [{ index: 0, ...candidate }], modelVersion: 'g', ...rest })}\r\n\r\n`;
}

/** Anthropic's first event. */
export const opened = event('message_start', {
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 1 },
  },
});
/** Anthropic's last events. */
export const closed = (stop: string): string =>
  event('message_delta', { delta: { stop_reason: stop }, usage: { output_tokens: 5 } }) + event('message_stop');
/** Anthropic's events of one block. */
export const block = (index: number, start: object, ...deltas: readonly object[]): string =>
  event('content_block_start', { index, content_block: start }) +
  deltas.map((delta) => event('content_block_delta', { index, delta })).join('') +
  event('content_block_stop', { index });
/** … of one text. */
export const spoken = (index: number, text: string): string => block(index, { type: 'text', text: '' }, { type: 'text_delta', text });

/** A function call among the output of a response. */
export function callItem(args: string): object {
  return {
    id: 'fc_1',
    type: 'function_call',
    status: args === '' ? 'in_progress' : 'completed',
    call_id: 'call_1',
    name: 'weather',
    arguments: args,
  };
}

/** A response with little in it. */
export function responseOf(status: string, output: readonly object[]): object {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'm',
    status,
    output,
    error: null,
    incomplete_details: null,
    tools: [],
    usage: null,
  };
}
