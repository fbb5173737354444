import type { ProtocolInput } from './protocol-input.ts';

const event = (type: string, rest: object = {}): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
const usage = {
  input_tokens: 30,
  cache_creation_input_tokens: 10,
  cache_read_input_tokens: 60,
  output_tokens: 40,
  output_tokens_details: { thinking_tokens: 15 },
};

/** Anthropic Messages. */
export const anthropicMessages: ProtocolInput = {
  request: {
    model: 'public',
    max_tokens: 3000,
    system: [{ type: 'text', text: 'Answer in one line.', cache_control: { type: 'ephemeral' } }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Which harbour is this, and how warm is it there and in Rome?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGFyYm91cg==' } },
          { type: 'document', title: 'map.pdf', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0xLjQK' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Two places.', signature: 'signed-by-anthropic' },
          { type: 'text', text: 'I look it up.' },
          { type: 'tool_use', id: 'toolu_h', name: 'temperature', input: { place: 'Hamburg' } },
          { type: 'tool_use', id: 'toolu_r', name: 'temperature', input: { place: 'Rome' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_h', content: '9 °C' },
          { type: 'tool_result', tool_use_id: 'toolu_r', content: [{ type: 'text', text: 'no such place' }], is_error: true },
          { type: 'text', text: 'In words, please.' },
        ],
      },
    ],
    tools: [
      {
        name: 'temperature',
        description: 'Degrees at a place',
        input_schema: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
      },
    ],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    thinking: { type: 'enabled', budget_tokens: 1024 },
    stop_sequences: ['END'],
    metadata: { user_id: 'sailor' },
  },
  plain: { model: 'public', max_tokens: 50, system: 'Be brief.', messages: [{ role: 'user', content: 'Name a harbour.' }] },
  answer: {
    id: 'msg_own1',
    type: 'message',
    role: 'assistant',
    model: 'claude-own',
    content: [
      { type: 'thinking', thinking: 'Both places are needed.', signature: 'signed-by-anthropic' },
      { type: 'text', text: 'One moment.' },
      { type: 'tool_use', id: 'toolu_a', name: 'temperature', input: { place: 'Kiel' } },
      { type: 'tool_use', id: 'toolu_b', name: 'now', input: {} },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage,
  },
  stream: [
    event('message_start', {
      message: {
        id: 'msg_own1',
        type: 'message',
        role: 'assistant',
        model: 'claude-own',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...usage, output_tokens: 1 },
      },
    }),
    event('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } }),
    event('ping'),
    event('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'Both places are needed.' } }),
    event('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'signed-by-anthropic' } }),
    event('content_block_stop', { index: 0 }),
    event('content_block_start', { index: 1, content_block: { type: 'text', text: '' } }),
    event('content_block_delta', { index: 1, delta: { type: 'text_delta', text: 'One ' } }),
    event('content_block_delta', { index: 1, delta: { type: 'text_delta', text: 'moment. 請稍候 🙂' } }),
    event('content_block_stop', { index: 1 }),
    event('content_block_start', { index: 2, content_block: { type: 'tool_use', id: 'toolu_a', name: 'temperature', input: {} } }),
    event('content_block_delta', { index: 2, delta: { type: 'input_json_delta', partial_json: '' } }),
    event('content_block_delta', { index: 2, delta: { type: 'input_json_delta', partial_json: '{"pl' } }),
    event('content_block_delta', { index: 2, delta: { type: 'input_json_delta', partial_json: 'ace":"Kiel"}' } }),
    event('content_block_stop', { index: 2 }),
    event('content_block_start', { index: 3, content_block: { type: 'tool_use', id: 'toolu_b', name: 'now', input: {} } }),
    event('content_block_delta', { index: 3, delta: { type: 'input_json_delta', partial_json: '' } }),
    event('content_block_stop', { index: 3 }),
    event('message_delta', { delta: { stop_reason: 'tool_use', stop_sequence: null }, usage }),
    event('message_stop'),
  ].join(''),
  error: { status: 529, body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'req_own1' } },
};
