import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import { wrapState } from '../../domain/canonical/opaque-state.ts';
import { decodeResponseRequest } from './decode-request.ts';

const read = (body: object): CanonicalRequest => decodeResponseRequest({ model: 'm', input: 'Hi', ...body }, { model: 'm', stream: false });

const text = (words: string): object => ({ type: 'text', text: words });
const weather = { type: 'function', name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } };

test('a string is what the user says, after the instructions', () => {
  assert.deepEqual(read({ input: 'Hi', instructions: 'Be brief.' }).turns, [
    { role: 'system', parts: [text('Be brief.')] },
    { role: 'user', parts: [text('Hi')] },
  ]);
});

test('messages with and without type are the same, and system messages keep their place', () => {
  const turns = read({
    instructions: 'A',
    input: [
      { role: 'developer', content: 'B' },
      { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'C' }] },
      { role: 'user', content: 'one' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'two', prompt_cache_breakpoint: { mode: 'explicit', ttl: '30m' } }] },
      { role: 'assistant', content: 'three' },
      { role: 'system', content: 'D' },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: '' },
          { type: 'input_text', text: 'four' },
        ],
      },
    ],
  }).turns;
  assert.deepEqual(turns, [
    { role: 'system', parts: [text('A')] },
    { role: 'system', parts: [text('B')] },
    { role: 'system', parts: [text('C')] },
    { role: 'user', parts: [text('one'), { type: 'text', text: 'two', cacheMark: true }] },
    { role: 'assistant', parts: [text('three')] },
    { role: 'system', parts: [text('D')] },
    { role: 'user', parts: [text('four')] },
  ]);
});

test('output items may be sent back letter by letter, and all calls of one answer are one turn', () => {
  const request = read({
    tools: [weather],
    input: [
      { role: 'user', content: 'Weather?' },
      {
        id: 'rs_1',
        type: 'reasoning',
        summary: [
          { type: 'summary_text', text: 'Two' },
          { type: 'summary_text', text: 'calls' },
        ],
        encrypted_content: 'gAAA',
        status: null,
      },
      {
        id: 'msg_1',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        phase: 'commentary',
        content: [{ type: 'output_text', text: 'Looking', annotations: [], logprobs: [] }],
      },
      { id: 'fc_1', type: 'function_call', status: 'completed', call_id: 'call_a', name: 'weather', arguments: '{"city":"Rome"}' },
      { id: 'fc_2', type: 'function_call', status: 'completed', call_id: 'call_b', name: 'weather', arguments: '' },
      { type: 'function_call_output', call_id: 'call_b', output: 'dry' },
      {
        type: 'function_call_output',
        call_id: 'call_a',
        output: [
          { type: 'input_text', text: 'wet' },
          { type: 'input_image', image_url: 'data:image/jpg;base64,AAAA' },
        ],
      },
      { role: 'user', content: 'Thanks' },
    ],
  });
  assert.deepEqual(request.turns[1], {
    role: 'assistant',
    parts: [
      { type: 'thinking', text: 'Two\n\ncalls', state: { family: 'openai', form: 'sealed', data: 'gAAA', itemId: 'rs_1' } },
      text('Looking'),
      { type: 'tool-call', id: 'call_a', name: 'weather', kind: 'function', input: '{"city":"Rome"}' },
      { type: 'tool-call', id: 'call_b', name: 'weather', kind: 'function', input: '{}' },
    ],
  });
  const image = { type: 'image', source: { type: 'base64', mediaType: 'image/jpeg', data: 'AAAA' }, detail: null };
  assert.deepEqual(request.turns[2], {
    role: 'tool',
    parts: [
      { type: 'tool-result', callId: 'call_a', name: 'weather', kind: 'function', isError: false, content: [text('wet'), image] },
      { type: 'tool-result', callId: 'call_b', name: 'weather', kind: 'function', isError: false, content: [text('dry')] },
    ],
  });
  assert.deepEqual(request.unmapped, [{ field: 'input.phase', weight: 'hint' }]);
});

test('images, files and sound are read from data, addresses and file ids', () => {
  const { turns, featureNames } = read({
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'low' },
          { type: 'input_image', file_id: 'file-1' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' },
          { type: 'input_file', file_data: 'JVBE' },
          { type: 'input_file', file_url: 'https://example.com/b.pdf' },
          { type: 'input_audio', input_audio: { data: 'UklG', format: 'mp3' } },
        ],
      },
    ],
  });
  assert.deepEqual(turns[0]?.parts, [
    { type: 'image', source: { type: 'url', url: 'https://example.com/a.png', mediaType: null }, detail: 'low' },
    { type: 'image', source: { type: 'file-id', id: 'file-1' }, detail: null },
    { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'JVBE' }, name: 'a.pdf' },
    { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'JVBE' }, name: null },
    { type: 'document', source: { type: 'url', url: 'https://example.com/b.pdf', mediaType: null }, name: null },
    { type: 'audio', source: { type: 'base64', mediaType: 'audio/mpeg', data: 'UklG' } },
  ]);
  assert.deepEqual([featureNames['images'], featureNames['file-ids'], featureNames['top-k']], ['input_image', 'file_id', undefined]);
});

test('tools that an item brings along are tools', () => {
  const { tools } = read({
    tools: [weather],
    input: [
      { type: 'additional_tools', role: 'developer', tools: [{ ...weather, name: 'late' }] },
      { role: 'user', content: 'x' },
    ],
  });
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['weather', 'late'],
  );
});

test('state of another family comes back from its wrapping with the very text that was signed', () => {
  const signed = wrapState({ family: 'anthropic', form: 'signature', data: 'sig', text: 'I thought. ' });
  const { turns } = read({
    input: [
      { role: 'user', content: 'a' },
      { type: 'reasoning', id: 'rs_x', summary: [{ type: 'summary_text', text: 'I thought.' }], encrypted_content: signed },
      { role: 'assistant', content: 'b' },
    ],
  });
  assert.deepEqual(turns[1]?.parts[0], { type: 'thinking', text: 'I thought. ', state: { family: 'anthropic', form: 'signature', data: 'sig' } });
});

test("Gemini's signature goes back to the call or text behind it, or to the text that it names", () => {
  const state = { family: 'gemini', form: 'signature', data: 'sig' } as const;
  const carrier = { type: 'reasoning', id: 'rs_x', summary: [], encrypted_content: wrapState(state) };
  const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };
  const result = { type: 'function_call_output', call_id: 'c', output: '' };
  const user = { role: 'user', content: 'a' };
  const before = read({ input: [user, carrier, call, result] }).turns[1]?.parts;
  assert.deepEqual(before, [{ type: 'tool-call', id: 'c', name: 'f', kind: 'function', input: '{}', state }]);
  const named = { ...carrier, encrypted_content: wrapState({ ...state, itemId: 'msg_1' }) };
  const behind = read({ input: [user, { role: 'assistant', content: 'b' }, named, call, result] }).turns[1]?.parts;
  assert.deepEqual(behind, [
    { type: 'text', text: 'b', state },
    { type: 'tool-call', id: 'c', name: 'f', kind: 'function', input: '{}' },
  ]);
});

test('a reasoning item that only names itself says nothing, and broken arguments become an object', () => {
  const { turns } = read({
    input: [
      { role: 'user', content: 'a' },
      { type: 'reasoning', id: 'rs_1', summary: [] },
      { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: '~hg-state.' },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":' },
      { type: 'function_call_output', call_id: 'c', output: 'x' },
    ],
  });
  assert.deepEqual(turns[1]?.parts, [{ type: 'tool-call', id: 'c', name: 'f', kind: 'function', input: '{"input":"{\\"a\\":"}' }]);
});
