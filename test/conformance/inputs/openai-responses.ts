import type { ProtocolInput } from './protocol-input.ts';

let sequence = 0;
const event = (type: string, rest: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...rest })}\n\n`;

const usage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
  output_tokens: 40,
  output_tokens_details: { reasoning_tokens: 15 },
  total_tokens: 140,
};
const response = (status: string, output: readonly object[], rest: object = {}): object => ({
  id: 'resp_own1',
  object: 'response',
  created_at: 1_795_000_001,
  status,
  error: null,
  incomplete_details: null,
  instructions: null,
  model: 'gpt-own',
  output,
  parallel_tool_calls: true,
  store: false,
  tool_choice: 'auto',
  tools: [],
  ...rest,
});
const reasoning = {
  type: 'reasoning',
  id: 'rs_own1',
  summary: [{ type: 'summary_text', text: 'Both places are needed.' }],
  encrypted_content: 'sealed-by-openai',
};
const message = (text: string, status = 'completed'): object => ({
  type: 'message',
  id: 'msg_own1',
  role: 'assistant',
  status,
  content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
});
const call = { type: 'function_call', id: 'fc_own1', call_id: 'call_a', name: 'temperature', arguments: '{"place":"Kiel"}', status: 'completed' };

/** OpenAI Responses. */
export const openaiResponses: ProtocolInput = {
  request: {
    model: 'public',
    instructions: 'Answer in one line.',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Which harbour is this, and how warm is it there and in Rome?' },
          { type: 'input_image', image_url: 'data:image/png;base64,aGFyYm91cg==', detail: 'low' },
        ],
      },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look it up.', annotations: [] }] },
      { type: 'function_call', call_id: 'call_h', name: 'temperature', arguments: '{"place":"Hamburg"}' },
      { type: 'function_call', call_id: 'call_r', name: 'temperature', arguments: '{"place":"Rome"}' },
      { type: 'function_call_output', call_id: 'call_r', output: '21 °C' },
      { type: 'function_call_output', call_id: 'call_h', output: '9 °C' },
      { role: 'user', content: 'In words, please.' },
    ],
    tools: [
      {
        type: 'function',
        name: 'temperature',
        description: 'Degrees at a place',
        parameters: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'], additionalProperties: false },
        strict: true,
      },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: false,
    max_output_tokens: 3000,
    temperature: 0,
    top_p: 0.9,
    reasoning: { effort: 'low', summary: 'auto' },
    text: {
      format: {
        type: 'json_schema',
        name: 'warmth',
        schema: { type: 'object', properties: { degrees: { type: 'number', minimum: 0 } } },
        strict: false,
      },
    },
    safety_identifier: 'sailor',
    store: false,
  },
  plain: { model: 'public', instructions: 'Be brief.', input: 'Name a harbour.', max_output_tokens: 50 },
  answer: {
    ...response('completed', [reasoning, message('One moment.'), call], { usage }),
  },
  stream: [
    event('response.created', { response: response('in_progress', []) }),
    event('response.in_progress', { response: response('in_progress', []) }),
    event('response.output_item.added', { output_index: 0, item: { type: 'reasoning', id: 'rs_own1', summary: [], encrypted_content: 'not-yet' } }),
    event('response.reasoning_summary_part.added', {
      item_id: 'rs_own1',
      output_index: 0,
      summary_index: 0,
      part: { type: 'summary_text', text: '' },
    }),
    event('response.reasoning_summary_text.delta', { item_id: 'rs_own1', output_index: 0, summary_index: 0, delta: 'Both places are needed.' }),
    event('response.reasoning_summary_text.done', { item_id: 'rs_own1', output_index: 0, summary_index: 0, text: 'Both places are needed.' }),
    event('response.reasoning_summary_part.done', {
      item_id: 'rs_own1',
      output_index: 0,
      summary_index: 0,
      part: { type: 'summary_text', text: 'Both places are needed.' },
    }),
    event('response.output_item.done', { output_index: 0, item: reasoning }),
    event('response.output_item.added', {
      output_index: 1,
      item: { type: 'message', id: 'msg_own1', role: 'assistant', status: 'in_progress', content: [] },
    }),
    event('response.content_part.added', {
      item_id: 'msg_own1',
      output_index: 1,
      content_index: 0,
      part: { type: 'output_text', text: '', annotations: [], logprobs: [] },
    }),
    event('response.output_text.delta', { item_id: 'msg_own1', output_index: 1, content_index: 0, delta: 'One ', logprobs: [] }),
    event('response.output_text.delta', { item_id: 'msg_own1', output_index: 1, content_index: 0, delta: 'moment. 請稍候 🙂', logprobs: [] }),
    event('response.output_text.done', { item_id: 'msg_own1', output_index: 1, content_index: 0, text: 'One moment. 請稍候 🙂', logprobs: [] }),
    event('response.content_part.done', {
      item_id: 'msg_own1',
      output_index: 1,
      content_index: 0,
      part: { type: 'output_text', text: 'One moment. 請稍候 🙂', annotations: [], logprobs: [] },
    }),
    event('response.output_item.done', { output_index: 1, item: message('One moment. 請稍候 🙂') }),
    event('response.output_item.added', { output_index: 2, item: { ...call, arguments: '', status: 'in_progress' } }),
    event('response.function_call_arguments.delta', { item_id: 'fc_own1', output_index: 2, delta: '{"pl' }),
    event('response.function_call_arguments.delta', { item_id: 'fc_own1', output_index: 2, delta: 'ace":"Kiel"}' }),
    event('response.function_call_arguments.done', { item_id: 'fc_own1', output_index: 2, arguments: '{"place":"Kiel"}' }),
    event('response.output_item.done', { output_index: 2, item: call }),
    event('response.completed', { response: response('completed', [reasoning, message('One moment. 請稍候 🙂'), call], { usage }) }),
  ].join(''),
  error: {
    status: 429,
    body: { error: { message: 'You have used up your quota.', type: 'insufficient_quota', param: null, code: 'insufficient_quota' } },
  },
};
