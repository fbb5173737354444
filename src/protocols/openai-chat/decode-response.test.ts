import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeResponse } from './decode-response.ts';

const CONTEXT = { requestId: '0190-exchange' };
const decode = (choice: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  decodeResponse({ id: 'chatcmpl-1', model: 'gpt', created: 7, choices: [choice], ...more }, CONTEXT);
const partsOf = (message: Record<string, unknown>, reason = 'stop') => {
  const [choice] = decode({ index: 0, message, finish_reason: reason }).choices;
  return { parts: choice?.parts, stop: choice?.stop };
};

test('an answer is read with its figures', () => {
  const message = { role: 'assistant', content: 'A', refusal: null };
  assert.deepEqual(
    decode({ index: 0, message, logprobs: { content: [] }, finish_reason: 'stop' }, { usage: { prompt_tokens: 5, completion_tokens: 2 } }),
    {
      id: 'chatcmpl-1',
      model: 'gpt',
      createdAt: 7,
      choices: [{ index: 0, parts: [{ type: 'text', text: 'A' }], stop: 'end', stopSequence: null, logprobs: { content: [] } }],
      usage: { input: 5, cacheRead: 0, cacheWrite: 0, output: 2, reasoning: 0, audioInput: 0, audioOutput: 0, provenance: 'measured' },
    },
  );
});

test('an answer with nothing in it has one empty choice and no figures', () => {
  assert.deepEqual(decodeResponse({ choices: [] }, CONTEXT), {
    id: '',
    model: '',
    createdAt: null,
    choices: [{ index: 0, parts: [], stop: 'end', stopSequence: null, logprobs: null }],
    usage: null,
  });
  assert.deepEqual(partsOf({ content: null }, 'length'), { parts: [], stop: 'length' });
});

test('thoughts never mix with the text, whatever the server calls them', () => {
  const expected = [
    { type: 'thinking', text: 'hm', state: null },
    { type: 'text', text: 'A' },
  ];
  assert.deepEqual(partsOf({ content: 'A', reasoning_content: 'hm' }).parts, expected);
  assert.deepEqual(partsOf({ content: 'A', reasoning: 'hm' }).parts, expected);
  assert.deepEqual(partsOf({ content: 'A', reasoning: 'hm', reasoning_content: 'hm' }).parts, expected, 'told twice, read once');
  assert.deepEqual(partsOf({ content: 'A', reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] }).parts, expected);
  const list = [
    { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
    { type: 'text', text: 'A' },
  ];
  assert.deepEqual(partsOf({ content: list }).parts, expected);
});

test('calls decide over the finish reason, and empty arguments are an empty object', () => {
  const calls = [
    { id: 'call_a', type: 'function', function: { name: 'f', arguments: '' } },
    { function: { name: 'g', arguments: { a: 1 } } },
    { id: 'call_a', type: 'function', function: { name: 'h', arguments: '{}' } },
    { id: 'call_c', type: 'custom', custom: { name: 'c', input: 'ls' } },
  ];
  assert.deepEqual(partsOf({ content: null, tool_calls: calls }), {
    parts: [
      { type: 'tool-call', id: 'call_a', name: 'f', kind: 'function', input: '{}' },
      { type: 'tool-call', id: 'call_0190-exchange_0_1', name: 'g', kind: 'function', input: '{"a":1}' },
      { type: 'tool-call', id: 'call_0190-exchange_0_2', name: 'h', kind: 'function', input: '{}' },
      { type: 'tool-call', id: 'call_c', name: 'c', kind: 'custom', input: 'ls' },
    ],
    stop: 'tool-calls',
  });
  assert.deepEqual(partsOf({ content: 'A', tool_calls: [] }, 'tool_calls').stop, 'end');
  assert.deepEqual(partsOf({ content: null, function_call: { name: 'f', arguments: '{}' } }, 'function_call').stop, 'tool-calls');
});

test("a call of Google's layer brings its thought signature", () => {
  const call = { id: 'a', function: { name: 'f', arguments: '{}' }, extra_content: { google: { thought_signature: 'c2ln' } } };
  const [part] = partsOf({ tool_calls: [call] }).parts ?? [];
  assert.deepEqual(part?.type === 'tool-call' ? part.state : null, { family: 'gemini', form: 'signature', data: 'c2ln' });
});

test('finish reasons: the known, the foreign, and the unknown, which never leak', () => {
  const reasons = ['stop', 'length', 'content_filter', 'max_tokens', 'insufficient_system_resource', 'eos', '', 'constructor'];
  assert.deepEqual(
    reasons.map((reason) => partsOf({ content: 'A' }, reason).stop),
    ['end', 'length', 'blocked', 'length', 'length', 'end', 'end', 'end'],
  );
});

test("the model's own refusal is one", () => {
  assert.deepEqual(partsOf({ content: null, refusal: 'No.' }), { parts: [{ type: 'refusal', text: 'No.' }], stop: 'refusal' });
});

test('sources of the text stand with it', () => {
  const annotations = [{ type: 'url_citation', url_citation: { url: 'https://x', title: 'T', start_index: 0, end_index: 1 } }, { type: 'other' }];
  assert.deepEqual(partsOf({ content: 'A', annotations }).parts, [
    { type: 'text', text: 'A', citations: [{ url: 'https://x', title: 'T', start: 0, end: 1 }] },
  ]);
});

test('choices without an index are counted', () => {
  const { choices } = decodeResponse({ choices: [{ message: { content: 'A' } }, { message: { content: 'B' } }, 'C'] }, CONTEXT);
  assert.deepEqual(
    choices.map(({ index }) => index),
    [0, 1],
  );
});
