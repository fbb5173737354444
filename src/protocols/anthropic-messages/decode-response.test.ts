import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../lib/json-reading.ts';
import { decodeMessage } from './decode-response.ts';

const decode = (body: JsonObject) =>
  decodeMessage({ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-x', ...body }, { requestId: '0190-ab' });
const choiceOf = (body: JsonObject) => decode(body).choices[0];

test('reads text, thoughts and calls in the order in which they were made', () => {
  const response = decode({
    content: [
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'redacted_thinking', data: 'sealed' },
      { type: 'text', text: 'so' },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
      { type: 'tool_use', id: 'toolu_2', name: 'g', input: {} },
    ],
    stop_reason: 'tool_use',
    usage: {
      input_tokens: 1,
      cache_read_input_tokens: 2,
      cache_creation_input_tokens: 3,
      output_tokens: 4,
      output_tokens_details: { thinking_tokens: 2 },
    },
  });
  assert.deepEqual([response.id, response.model, response.createdAt], ['msg_1', 'claude-x', null]);
  assert.deepEqual(response.choices[0]?.parts, [
    { type: 'thinking', text: 'hm', state: { family: 'anthropic', form: 'signature', data: 'sig' } },
    { type: 'thinking', text: '', state: { family: 'anthropic', form: 'sealed', data: 'sealed' } },
    { type: 'text', text: 'so' },
    { type: 'tool-call', id: 'toolu_1', name: 'f', kind: 'function', input: '{"a":1}' },
    { type: 'tool-call', id: 'toolu_2', name: 'g', kind: 'function', input: '{}' },
  ]);
  assert.equal(response.choices[0]?.stop, 'tool-calls');
  assert.deepEqual(
    [response.usage?.input, response.usage?.cacheRead, response.usage?.cacheWrite, response.usage?.output, response.usage?.reasoning],
    [1, 2, 3, 4, 2],
  );
});

test('what the provider’s own tools did is no call of the client’s', () => {
  const choice = choiceOf({
    content: [
      { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
      { type: 'web_search_tool_result', tool_use_id: 's', content: [] },
      { type: 'fallback' },
      { type: 'text', text: '' },
      {
        type: 'text',
        text: 'found',
        citations: [
          { type: 'web_search_result_location', url: 'https://x.test', title: 'X', cited_text: '', encrypted_index: 'e' },
          { type: 'char_location', cited_text: 'y', document_index: 0 },
        ],
      },
    ],
    stop_reason: 'end_turn',
  });
  assert.deepEqual(choice?.parts, [{ type: 'text', text: 'found', citations: [{ url: 'https://x.test', title: 'X', start: null, end: null }] }]);
  assert.equal(choice?.stop, 'end');
});

test('a refusal without content has the words of its explanation', () => {
  const choice = choiceOf({ content: [], stop_reason: 'refusal', stop_details: { type: 'refusal', category: 'cyber', explanation: 'no' } });
  assert.deepEqual([choice?.parts, choice?.stop], [[{ type: 'refusal', text: 'no' }], 'refusal']);
  assert.deepEqual(choiceOf({ content: [], stop_reason: 'refusal', stop_details: null })?.parts, []);
});

test('reads every stop reason, and new ones as a plain end', () => {
  const stops = ['end_turn', 'stop_sequence', 'max_tokens', 'model_context_window_exceeded', 'pause_turn', 'compaction', null, 'constructor'].map(
    (stop_reason) => choiceOf({ content: [], stop_reason })?.stop,
  );
  assert.deepEqual(stops, ['end', 'stop-sequence', 'length', 'length', 'pause', 'end', 'end', 'end']);
  assert.equal(choiceOf({ content: [], stop_reason: 'stop_sequence', stop_sequence: 'X' })?.stopSequence, 'X');
});

test('an answer that is hardly one does not stop the reading', () => {
  const response = decode({ content: [null, 'x', { type: 'tool_use', name: 'f' }] });
  assert.deepEqual(response.choices[0]?.parts, [{ type: 'tool-call', id: 'toolu_0190ab_2', name: 'f', kind: 'function', input: '{}' }]);
  assert.equal(response.choices[0]?.stop, 'tool-calls');
  assert.equal(response.usage, null);
  assert.deepEqual(decodeMessage({}, { requestId: 'r' }).choices[0]?.parts, []);
});
