import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrapState, type OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import { UnmappedFields } from '../unmapped-fields.ts';
import { decodeMessages } from './decode-messages.ts';

function decode(messages: unknown, unmapped = new UnmappedFields()) {
  return decodeMessages({ messages }, unmapped);
}

function paramOf(messages: unknown): string | undefined {
  try {
    decode(messages);
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    return error.param;
  }
  return undefined;
}

const call = (id: string, name = 'weather', args = '{"city":"Oslo"}') => ({ id, type: 'function', function: { name, arguments: args } });

test('all roles become turns, in their order', () => {
  assert.deepEqual(
    decode([
      { role: 'system', content: 'S1' },
      { role: 'developer', content: [{ type: 'text', text: 'S2' }] },
      { role: 'user', content: 'U1' },
      { role: 'assistant', content: 'A1' },
      { role: 'user', content: 'U2' },
      { role: 'user', content: 'U3' },
    ]),
    [
      { role: 'system', parts: [{ type: 'text', text: 'S1' }] },
      { role: 'system', parts: [{ type: 'text', text: 'S2' }] },
      { role: 'user', parts: [{ type: 'text', text: 'U1' }] },
      { role: 'assistant', parts: [{ type: 'text', text: 'A1' }] },
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'U2' },
          { type: 'text', text: 'U3' },
        ],
      },
    ],
  );
});

test('all kinds of parts are read', () => {
  const [turn] = decode([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'look', prompt_cache_breakpoint: { mode: 'explicit' } },
        { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
        { type: 'image_url', image_url: { url: 'data:image/jpg;base64,AAAA' } },
        { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,CCCC' } },
        { type: 'file', file: { file_id: 'file-1' } },
        { type: 'file', file: { file_data: 'DDDD' } },
      ],
    },
  ]);
  assert.deepEqual(turn?.parts, [
    { type: 'text', text: 'look', cacheMark: true },
    { type: 'image', source: { type: 'url', url: 'https://example.com/a.png', mediaType: null }, detail: 'low' },
    { type: 'image', source: { type: 'base64', mediaType: 'image/jpeg', data: 'AAAA' }, detail: null },
    { type: 'audio', source: { type: 'base64', mediaType: 'audio/mpeg', data: 'BBBB' } },
    { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'CCCC' }, name: 'a.pdf' },
    { type: 'document', source: { type: 'file-id', id: 'file-1' }, name: null },
    { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'DDDD' }, name: null },
  ]);
});

test('a data URL without base64 is read as what it says', () => {
  const [turn] = decode([{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/svg+xml,%3Csvg%2F%3E' } }] }]);
  assert.deepEqual(turn?.parts, [
    { type: 'image', source: { type: 'base64', mediaType: 'image/svg+xml', data: Buffer.from('<svg/>').toString('base64') }, detail: null },
  ]);
});

test('empty texts are no parts, and messages of nothing else are no turns', () => {
  const turns = decode([
    { role: 'system', content: '' },
    {
      role: 'user',
      content: [
        { type: 'text', text: '' },
        { type: 'text', text: 'U' },
      ],
    },
    { role: 'assistant', content: '' },
  ]);
  assert.deepEqual(turns, [{ role: 'user', parts: [{ type: 'text', text: 'U' }] }]);
});

test('parallel calls and their results stand in two turns, the results in the order of the calls', () => {
  const turns = decode([
    { role: 'user', content: 'U' },
    { role: 'assistant', content: null, tool_calls: [call('call_a'), call('call_b', 'time', '')] },
    { role: 'tool', tool_call_id: 'call_b', content: [{ type: 'text', text: 'noon' }] },
    { role: 'tool', tool_call_id: 'call_a', content: '' },
    { role: 'user', content: 'thanks' },
  ]);
  assert.deepEqual(turns.slice(1, 3), [
    {
      role: 'assistant',
      parts: [
        { type: 'tool-call', id: 'call_a', name: 'weather', kind: 'function', input: '{"city":"Oslo"}' },
        { type: 'tool-call', id: 'call_b', name: 'time', kind: 'function', input: '{}' },
      ],
    },
    {
      role: 'tool',
      parts: [
        { type: 'tool-result', callId: 'call_a', name: 'weather', kind: 'function', content: [], isError: false },
        { type: 'tool-result', callId: 'call_b', name: 'time', kind: 'function', content: [{ type: 'text', text: 'noon' }], isError: false },
      ],
    },
  ]);
});

test('custom calls keep their free text', () => {
  const turns = decode([
    { role: 'user', content: 'U' },
    { role: 'assistant', tool_calls: [{ id: 'call_a', type: 'custom', custom: { name: 'shell', input: 'ls -l' } }] },
    { role: 'tool', tool_call_id: 'call_a', content: 'ok' },
  ]);
  assert.deepEqual(turns[1]?.parts, [{ type: 'tool-call', id: 'call_a', name: 'shell', kind: 'custom', input: 'ls -l' }]);
});

test('arguments that are no JSON object are kept as text', () => {
  for (const broken of ['{"city":', '[1]', '7']) {
    const turns = decode([
      { role: 'user', content: 'U' },
      { role: 'assistant', tool_calls: [call('call_a', 'weather', broken)] },
      { role: 'tool', tool_call_id: 'call_a', content: 'no JSON' },
    ]);
    const [part] = turns[1]?.parts ?? [];
    assert.deepEqual(part?.type === 'tool-call' ? JSON.parse(part.input) : null, { input: broken });
  }
});

test('the deprecated function_call and its function message pair by order and name', () => {
  const turns = decode([
    { role: 'user', content: 'U' },
    { role: 'assistant', content: null, function_call: { name: 'weather', arguments: '{}' } },
    { role: 'function', name: 'weather', content: 'rain' },
    { role: 'assistant', content: null, function_call: { name: 'weather', arguments: '{"a":1}' } },
    { role: 'function', name: 'weather', content: 'sun' },
  ]);
  assert.deepEqual(
    turns.map(({ role }) => role),
    ['user', 'assistant', 'tool', 'assistant', 'tool'],
  );
  const ids = turns
    .flatMap(({ parts }) => parts)
    .map((part) => (part.type === 'tool-call' ? part.id : part.type === 'tool-result' ? part.callId : ''));
  assert.deepEqual(ids, ['', 'call_function_1', 'call_function_1', 'call_function_2', 'call_function_2']);
});

test('refusals of the history are kept as such', () => {
  const turns = decode([
    { role: 'user', content: 'U' },
    { role: 'assistant', content: null, refusal: 'No.' },
    { role: 'user', content: 'please' },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'Well. ' },
        { type: 'refusal', refusal: 'Still no.' },
      ],
    },
  ]);
  assert.deepEqual(turns[1]?.parts, [{ type: 'refusal', text: 'No.' }]);
  assert.deepEqual(turns[3]?.parts, [
    { type: 'text', text: 'Well. ' },
    { type: 'refusal', text: 'Still no.' },
  ]);
});

test('thoughts stand before the text, with the state that we gave, even when their text came back cut', () => {
  const state: OpaqueState = { family: 'anthropic', form: 'signature', data: 'sig', text: 'I should look.' };
  const turns = decode([
    { role: 'user', content: 'U' },
    {
      role: 'assistant',
      content: 'A',
      reasoning_content: ' look.',
      reasoning_details: [{ type: 'reasoning.encrypted', format: 'headgate-1', data: wrapState(state), index: 0 }],
    },
  ]);
  assert.deepEqual(turns[1]?.parts, [
    { type: 'thinking', text: 'I should look.', state },
    { type: 'text', text: 'A' },
  ]);
});

test('thoughts without a state are thoughts, whatever a server calls them', () => {
  for (const member of ['reasoning_content', 'reasoning']) {
    const turns = decode([
      { role: 'user', content: 'U' },
      { role: 'assistant', content: 'A', [member]: 'hm' },
    ]);
    assert.deepEqual(turns[1]?.parts[0], { type: 'thinking', text: 'hm', state: null }, member);
  }
});

test("Gemini's signature of a call comes back from where Google's layer keeps it, and that of a text from our detail", () => {
  const textState: OpaqueState = { family: 'gemini', form: 'signature', data: 'dGV4dA==' };
  const turns = decode([
    { role: 'user', content: 'U' },
    {
      role: 'assistant',
      content: 'A',
      reasoning_details: [{ type: 'reasoning.encrypted', format: 'headgate-1', data: wrapState(textState), index: 0 }],
      tool_calls: [{ ...call('call_a'), extra_content: { google: { thought_signature: 'c2ln' } } }],
    },
    { role: 'tool', tool_call_id: 'call_a', content: 'x' },
  ]);
  assert.deepEqual(turns[1]?.parts, [
    { type: 'text', text: 'A', state: textState },
    {
      type: 'tool-call',
      id: 'call_a',
      name: 'weather',
      kind: 'function',
      input: '{"city":"Oslo"}',
      state: { family: 'gemini', form: 'signature', data: 'c2ln' },
    },
  ]);
});

test('members that others have no place for are named once, audio of an answer as state', () => {
  const unmapped = new UnmappedFields();
  decode(
    [
      { role: 'user', name: 'anna', content: 'U' },
      { role: 'assistant', audio: { id: 'audio_1' }, annotations: [] },
      { role: 'user', name: 'bert', content: [{ type: 'text', text: 'U', cache_hint: 1 }], mood: 'good' },
    ],
    unmapped,
  );
  assert.deepEqual(unmapped.fields, [
    { field: 'messages.name', weight: 'hint' },
    { field: 'messages.audio', weight: 'state' },
    { field: 'messages.mood', weight: 'hint' },
    { field: 'messages.content.cache_hint', weight: 'hint' },
  ]);
});

test("what OpenAI's server would refuse is refused with its place", () => {
  const user = { role: 'user', content: 'U' };
  const rows: readonly (readonly [unknown, string])[] = [
    ['hello', 'messages'],
    [['hello'], 'messages[0]'],
    [[{ role: 'robot', content: 'U' }], 'messages[0].role'],
    [[{ role: 'user' }], 'messages[0].content'],
    [[{ role: 'user', content: 7 }], 'messages[0].content'],
    [[{ role: 'user', content: [] }], 'messages[0].content'],
    [[{ role: 'user', content: ['U'] }], 'messages[0].content[0]'],
    [[{ role: 'user', content: [{ type: 'video' }] }], 'messages[0].content[0].type'],
    [[{ role: 'user', content: [{ type: 'text' }] }], 'messages[0].content[0].text'],
    [[{ role: 'user', content: [{ type: 'image_url', image_url: 'https://x' }] }], 'messages[0].content[0].image_url'],
    [[user, { role: 'user', content: [{ type: 'image_url', image_url: { url: 'gs://x' } }] }], 'messages[1].content[0].image_url.url'],
    [[{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x', detail: 'max' } }] }], 'messages[0].content[0].image_url.detail'],
    [[{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'x', format: 'ogg' } }] }], 'messages[0].content[0].input_audio.format'],
    [[{ role: 'user', content: [{ type: 'file', file: { filename: 'a' } }] }], 'messages[0].content[0].file'],
    [[{ role: 'system', content: [{ type: 'image_url', image_url: { url: 'https://x' } }] }], 'messages[0].content[0].type'],
    [[user, { role: 'assistant' }], 'messages[1].content'],
    [[user, { role: 'assistant', content: null, tool_calls: [{ id: 'a', function: {} }] }], 'messages[1].tool_calls[0].type'],
    [[user, { role: 'assistant', tool_calls: [{ type: 'function', function: { name: 'f', arguments: '' } }] }], 'messages[1].tool_calls[0].id'],
    [
      [user, { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: {} } }] }],
      'messages[1].tool_calls[0].function.arguments',
    ],
    [
      [user, { role: 'assistant', tool_calls: [call('a'), call('b')] }, { role: 'tool', tool_call_id: 'a', content: '' }, user],
      'messages[1].tool_calls[1]',
    ],
    [[user, { role: 'tool', tool_call_id: 'a', content: 'x' }], 'messages[1].tool_call_id'],
    [[user, { role: 'assistant', tool_calls: [call('a')] }, { role: 'tool', content: 'x' }], 'messages[2].tool_call_id'],
    [
      [user, { role: 'assistant', tool_calls: [call('a')] }, { role: 'tool', tool_call_id: 'a', content: [{ type: 'image_url' }] }],
      'messages[2].content[0].type',
    ],
    [[user, { role: 'function', name: 'f', content: 'x' }], 'messages[1].name'],
  ];
  for (const [messages, param] of rows) assert.equal(paramOf(messages), param, JSON.stringify(messages));
});
