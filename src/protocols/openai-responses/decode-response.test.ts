import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalChoice, CanonicalResponse } from '../../domain/canonical/canonical-response.ts';
import { decodeResponse } from './decode-response.ts';

const read = (body: object): CanonicalResponse => decodeResponse({ object: 'response', status: 'completed', ...body }, { requestId: 'r1' });
const choiceOf = (body: object): CanonicalChoice => read(body).choices[0] ?? assert.fail();
const said = (...content: object[]): object => ({ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content });

test('thoughts, texts, refusals and calls keep their order; what OpenAI ran itself is passed over', () => {
  const { parts, stop } = choiceOf({
    output: [
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [
          { type: 'summary_text', text: 'A' },
          { type: 'summary_text', text: 'B' },
        ],
        encrypted_content: 'gAAA',
      },
      { type: 'web_search_call', id: 'ws_1', status: 'completed' },
      said({ type: 'output_text', text: 'In ', annotations: [] }, { type: 'output_text', text: '' }),
      {
        ...said({
          type: 'output_text',
          text: 'Rome',
          annotations: [
            { type: 'url_citation', url: 'https://e.com', title: 'E', start_index: 0, end_index: 4 },
            { type: 'file_citation', file_id: 'f' },
          ],
        }),
        phase: 'final_answer',
      },
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{"a":1}', status: 'completed' },
      { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_2', name: 'sql', input: 'SELECT' },
      { type: 'not_known_yet', id: 'x' },
    ],
  });
  assert.deepEqual(parts, [
    { type: 'thinking', text: 'A\n\nB', state: { family: 'openai', form: 'sealed', data: 'gAAA', itemId: 'rs_1' } },
    { type: 'text', text: 'In ' },
    { type: 'text', text: 'Rome', citations: [{ url: 'https://e.com', title: 'E', start: 0, end: 4 }] },
    { type: 'tool-call', id: 'call_1', name: 'f', kind: 'function', input: '{"a":1}' },
    { type: 'tool-call', id: 'call_2', name: 'sql', kind: 'custom', input: 'SELECT' },
  ]);
  assert.equal(stop, 'tool-calls');
});

test('calls without arguments have an empty object, and calls without an id get one', () => {
  const { parts } = choiceOf({
    output: [
      { type: 'function_call', id: 'fc_1', name: 'f', arguments: '' },
      { type: 'function_call', name: 'g', arguments: { a: 1 } },
    ],
  });
  assert.deepEqual(
    parts.map((part) => part.type === 'tool-call' && [part.id, part.input]),
    [
      ['fc_1', '{}'],
      ['call_r1_0', '{"a":1}'],
    ],
  );
});

test('why it ended follows from status, reason and content', () => {
  const rows: readonly (readonly [object, string])[] = [
    [{ output: [said({ type: 'output_text', text: 'x' })] }, 'end'],
    [{ output: [said({ type: 'refusal', refusal: 'No' })] }, 'refusal'],
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    [{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'blocked'],
    [{ status: 'incomplete', incomplete_details: null }, 'length'],
  ];
  for (const [body, stop] of rows) assert.equal(choiceOf(body).stop, stop, JSON.stringify(body));
});

test('id, model, time, figures and probabilities are read, and their absence is told', () => {
  const entry = { token: 'x', logprob: -1 };
  const whole = read({
    id: 'resp_1',
    model: 'gpt-x',
    created_at: 1_760_000_000.5,
    output: [said({ type: 'output_text', text: 'x', logprobs: [entry] })],
    usage: { input_tokens: 5, output_tokens: 2 },
  });
  assert.deepEqual([whole.id, whole.model, whole.createdAt, whole.usage?.input, whole.usage?.output], ['resp_1', 'gpt-x', 1_760_000_000, 5, 2]);
  assert.deepEqual(whole.choices[0]?.logprobs, { content: [entry] });
  const bare = read({ output: null });
  assert.deepEqual(
    [bare.id, bare.model, bare.createdAt, bare.usage, bare.choices[0]?.parts, bare.choices[0]?.logprobs],
    ['', '', null, null, [], null],
  );
});
