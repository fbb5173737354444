import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import type { UpstreamName } from './four-upstreams.ts';
import type { SeenAnswer } from './sdk-answers.ts';
import { block, call, callItem, chunk, closed, data, event, frame, opened, responseOf, spoken } from './wire-frames.ts';

/** A stream of a vendor, or of a server that is nearly one, and what every client must see of it. */
export interface StreamQuirk {
  readonly what: string;
  readonly upstream: UpstreamName | 'on-thinking-chat';
  readonly rule: MockRule;
  readonly seen: Partial<Omit<SeenAnswer, 'stop'>>;
  readonly stop: 'end' | 'calls' | 'length' | 'filter';
}

const CALLS = [
  { name: 'weather', arguments: { city: 'Zürich' } },
  { name: 'local_time', arguments: { city: 'Rome' } },
];
export const QUIRKS: readonly StreamQuirk[] = [
  {
    what: 'fragments of parallel calls alternate',
    upstream: 'on-chat',
    rule: {
      raw: [
        chunk({ role: 'assistant', content: null }),
        call(0, { id: 'a', type: 'function', function: { name: 'weather', arguments: '' } }),
        call(1, { id: 'b', type: 'function', function: { name: 'local_time', arguments: '' } }),
        call(0, { function: { arguments: '{"city":' } }),
        call(1, { function: { arguments: '{"city":"Ro' } }),
        call(0, { function: { arguments: '"Zürich"}' } }),
        call(1, { function: { arguments: 'me"}' } }),
        chunk({}, 'tool_calls'),
        'data: [DONE]\n\n',
      ],
    },
    seen: { calls: CALLS },
    stop: 'calls',
  },
  {
    what: 'calls come whole, are numbered from 1, have no type, and say stop',
    upstream: 'on-chat',
    rule: {
      raw: [
        data({ id: '', object: '', created: 0, model: '', choices: [], prompt_filter_results: [] }),
        chunk({ role: 'assistant', content: '' }),
        call(1, { id: 'a', function: { name: 'weather', arguments: '{"city":"Zürich"}' } }),
        call(2, { id: 'b', function: { name: 'local_time', arguments: '{"city":"Rome"}' } }),
        call(2, { function: { arguments: '' } }),
        chunk({}, 'stop', { usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } }),
      ],
    },
    seen: { calls: CALLS },
    stop: 'calls',
  },
  {
    what: 'usage on each chunk is no end, and text follows it',
    upstream: 'on-chat',
    rule: {
      raw: [
        chunk({ role: 'assistant', content: 'Hel' }, null, { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }),
        chunk({ content: 'lo' }, null, { usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } }),
        chunk({}, 'length'),
        data({
          id: 'c1',
          object: 'chat.completion.chunk',
          created: 1,
          model: 'm',
          choices: [],
          usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
        }),
        'data: [DONE]\n\n',
      ],
    },
    seen: { text: 'Hello' },
    stop: 'length',
  },
  {
    what: 'thoughts come as `reasoning`',
    upstream: 'on-thinking-chat',
    rule: {
      raw: [
        chunk({ role: 'assistant', reasoning: 'Let me ' }),
        chunk({ reasoning: 'see.' }),
        chunk({ content: 'Done.' }),
        chunk({}, 'stop'),
        'data: [DONE]\n\n',
      ],
    },
    seen: { text: 'Done.', thoughts: 'Let me see.' },
    stop: 'end',
  },
  {
    what: 'events are cut into single bytes, with comments, CRLF and no space',
    upstream: 'on-chat',
    rule: {
      raw: [
        `: hi\r\n\r\n${chunk({ role: 'assistant', content: 'Zürich 天 🙂' }).replace('data: ', 'data:').replaceAll('\n', '\r\n')}${chunk({}, 'stop')}data: [DONE]`,
      ],
      writeSizes: [1],
    },
    seen: { text: 'Zürich 天 🙂' },
    stop: 'end',
  },
  {
    what: 'unknown blocks, server tools, pings and citations are no text and no calls',
    upstream: 'on-anthropic',
    rule: {
      raw: [
        opened,
        event('ping'),
        block(
          0,
          { type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: {} },
          { type: 'input_json_delta', partial_json: '{"query":"x"}' },
        ),
        block(1, { type: 'web_search_tool_result', tool_use_id: 'srv_1', content: [] }),
        block(2, { type: 'fallback', from: 'a', to: 'b' }),
        spoken(3, 'It is '),
        spoken(4, 'sunny.'),
        event('something_new', { value: 1 }),
        closed('end_turn'),
      ],
    },
    seen: { text: 'It is sunny.', calls: [] },
    stop: 'end',
  },
  {
    what: 'a call without fragments and one behind it',
    upstream: 'on-anthropic',
    rule: {
      raw: [
        opened,
        block(0, { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }),
        block(1, { type: 'tool_use', id: 'toolu_2', name: 'local_time', input: {} }, { type: 'input_json_delta', partial_json: '' }),
        closed('tool_use'),
      ],
    },
    seen: {
      calls: [
        { name: 'weather', arguments: {} },
        { name: 'local_time', arguments: {} },
      ],
    },
    stop: 'calls',
  },
  {
    what: 'a refusal without content',
    upstream: 'on-anthropic',
    rule: { raw: [opened, closed('refusal')] },
    seen: { calls: [] },
    stop: 'filter',
  },
  {
    what: 'the answer is cut by its limit',
    upstream: 'on-anthropic',
    rule: { raw: [opened, spoken(0, 'Once upon'), closed('max_tokens')] },
    seen: { text: 'Once upon' },
    stop: 'length',
  },
  {
    what: 'calls finish with STOP, in one frame, with a text of nothing behind them',
    upstream: 'on-gemini',
    rule: {
      raw: [
        frame({
          content: {
            role: 'model',
            parts: [
              { functionCall: { name: 'weather', args: { city: 'Zürich' } } },
              { functionCall: { name: 'local_time', args: { city: 'Rome' } } },
            ],
          },
        }),
        frame(
          { content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP' },
          { usageMetadata: { promptTokenCount: 1, totalTokenCount: 1 } },
        ),
      ],
    },
    seen: { calls: CALLS, text: '' },
    stop: 'calls',
  },
  {
    what: 'a frame without content, a call without arguments',
    upstream: 'on-gemini',
    rule: { raw: [frame({}), frame({ content: { parts: [{ functionCall: { name: 'weather' } }] } }), frame({ finishReason: 'STOP' })] },
    seen: { calls: [{ name: 'weather', arguments: {} }] },
    stop: 'calls',
  },
  {
    what: 'an answer that was stopped for safety has no parts',
    upstream: 'on-gemini',
    rule: { raw: [frame({ content: { role: 'model' }, finishReason: 'SAFETY' })] },
    seen: { text: '', calls: [] },
    stop: 'filter',
  },
  {
    what: 'arguments come in `.done` only',
    upstream: 'on-responses',
    rule: {
      raw: [
        event('response.created', { sequence_number: 0, response: responseOf('in_progress', []) }),
        event('response.output_item.added', { sequence_number: 1, output_index: 0, item: callItem('') }),
        event('response.function_call_arguments.done', { sequence_number: 2, output_index: 0, item_id: 'fc_1', arguments: '{"city":"Zürich"}' }),
        event('response.output_item.done', { sequence_number: 3, output_index: 0, item: callItem('{"city":"Zürich"}') }),
        event('response.completed', { sequence_number: 4, response: responseOf('completed', [callItem('{"city":"Zürich"}')]) }),
      ],
    },
    seen: { calls: [{ name: 'weather', arguments: { city: 'Zürich' } }] },
    stop: 'calls',
  },
];

/** Endings that are none, and what must not be taken for one. */
export const BREAKS: readonly { readonly what: string; readonly upstream: UpstreamName; readonly rule: MockRule }[] = [
  { what: 'the connection closes before the finish', upstream: 'on-chat', rule: { raw: [chunk({ role: 'assistant', content: 'Hel' })] } },
  { what: 'the connection closes before message_stop', upstream: 'on-anthropic', rule: { raw: [opened, spoken(0, 'Hel')] } },
  { what: 'the connection closes before a finish reason', upstream: 'on-gemini', rule: { raw: [frame({ content: { parts: [{ text: 'Hel' }] } })] } },
  {
    what: 'the connection closes before the terminal event',
    upstream: 'on-responses',
    rule: { raw: [event('response.created', { sequence_number: 0, response: responseOf('in_progress', []) })] },
  },
  {
    what: 'the response fails with status 200',
    upstream: 'on-responses',
    rule: {
      raw: [
        event('response.created', { sequence_number: 0, response: responseOf('in_progress', []) }),
        event('response.failed', {
          sequence_number: 1,
          response: { ...responseOf('failed', []), error: { code: 'server_error', message: 'No luck.' } },
        }),
      ],
    },
  },
  { what: 'the connection is reset', upstream: 'on-chat', rule: { chunks: 40, intervalMs: 2, cutAfterBytes: 2000 } },
  { what: 'the connection is reset', upstream: 'on-anthropic', rule: { chunks: 40, intervalMs: 2, cutAfterBytes: 1500 } },
  { what: 'the connection is reset', upstream: 'on-gemini', rule: { chunks: 40, intervalMs: 2, cutAfterBytes: 1500 } },
  { what: 'the connection is reset', upstream: 'on-responses', rule: { chunks: 40, intervalMs: 2, cutAfterBytes: 4000 } },
  { what: 'an error page comes instead of JSON', upstream: 'on-anthropic', rule: { status: 400, body: '<html><body>Bad gateway</body></html>' } },
  {
    what: 'the error is a list',
    upstream: 'on-gemini',
    rule: { status: 400, body: [{ error: { code: 400, message: 'No.', status: 'INVALID_ARGUMENT' } }] },
  },
];
