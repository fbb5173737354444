import type { ProtocolInput } from './protocol-input.ts';

const chunk = (delta: object, rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-own1', object: 'chat.completion.chunk', created: 1_795_000_001, model: 'gpt-own', choices: [{ index: 0, delta, finish_reason: null, ...rest }] })}\n\n`;

/** OpenAI Chat Completions. */
export const openaiChat: ProtocolInput = {
  request: {
    model: 'public',
    messages: [
      { role: 'developer', content: 'Answer in one line.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Which harbour is this, and how warm is it there and in Rome?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,aGFyYm91cg==', detail: 'low' } },
        ],
      },
      {
        role: 'assistant',
        content: 'I look it up.',
        tool_calls: [
          { id: 'call_h', type: 'function', function: { name: 'temperature', arguments: '{"place":"Hamburg"}' } },
          { id: 'call_r', type: 'function', function: { name: 'temperature', arguments: '{"place":"Rome"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_h', content: '9 °C' },
      { role: 'tool', tool_call_id: 'call_r', content: '21 °C' },
      { role: 'user', content: 'In words, please.' },
    ],
    tools: [
      {
        type: 'function',
        function: {
          name: 'temperature',
          description: 'Degrees at a place',
          parameters: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'], additionalProperties: false },
          strict: true,
        },
      },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: false,
    max_completion_tokens: 3000,
    temperature: 0,
    top_p: 0.9,
    stop: ['END'],
    seed: 11,
    reasoning_effort: 'low',
    user: 'sailor',
    stream: false,
  },
  plain: {
    model: 'public',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Name a harbour.' },
    ],
    max_tokens: 50,
    stop: ['END'],
  },
  answer: {
    id: 'chatcmpl-own1',
    object: 'chat.completion',
    created: 1_795_000_001,
    model: 'gpt-own',
    choices: [
      {
        index: 0,
        finish_reason: 'tool_calls',
        logprobs: null,
        message: {
          role: 'assistant',
          content: 'One moment.',
          refusal: null,
          reasoning_content: 'Both places are needed.',
          tool_calls: [
            { id: 'call_a', type: 'function', function: { name: 'temperature', arguments: '{"place":"Kiel"}' } },
            { id: 'call_b', type: 'function', function: { name: 'now', arguments: '' } },
          ],
        },
      },
    ],
    usage: {
      prompt_tokens: 100,
      completion_tokens: 40,
      total_tokens: 140,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 15 },
    },
  },
  stream: [
    chunk({ role: 'assistant', content: '' }),
    chunk({ reasoning_content: 'Both places ' }),
    chunk({ reasoning_content: 'are needed.' }),
    chunk({ content: 'One ' }),
    chunk({ content: 'moment. 請稍候 🙂' }),
    chunk({ tool_calls: [{ index: 0, id: 'call_a', type: 'function', function: { name: 'temperature', arguments: '' } }] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '{"pl' } }] }),
    chunk({ tool_calls: [{ index: 1, id: 'call_b', type: 'function', function: { name: 'now', arguments: '' } }] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: 'ace":"Kiel"}' } }] }),
    chunk({}, { finish_reason: 'tool_calls' }),
    `data: ${JSON.stringify({
      id: 'chatcmpl-own1',
      object: 'chat.completion.chunk',
      created: 1_795_000_001,
      model: 'gpt-own',
      choices: [],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 40,
        total_tokens: 140,
        prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
        completion_tokens_details: { reasoning_tokens: 15 },
      },
    })}\n\n`,
    'data: [DONE]\n\n',
  ].join(''),
  error: {
    status: 400,
    body: { error: { message: 'Too many tokens.', type: 'invalid_request_error', param: 'messages', code: 'context_length_exceeded' } },
  },
};
