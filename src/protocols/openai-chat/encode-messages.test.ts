import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalPart, ToolResultPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import { Drops } from '../../domain/canonical/drops.ts';
import { UNKNOWN_MODEL_TRAITS, type ModelTraits } from '../../domain/model-traits.ts';
import { encodeMessages } from './encode-messages.ts';

function encode(turns: readonly CanonicalTurn[], traits: Partial<ModelTraits> = {}) {
  const drops = new Drops();
  const messages = encodeMessages(turns, { ...UNKNOWN_MODEL_TRAITS, ...traits }, drops);
  return { messages, dropped: [...drops.features].toSorted() };
}

const text = (told: string): CanonicalPart => ({ type: 'text', text: told });
const user = (...parts: CanonicalPart[]): CanonicalTurn => ({ role: 'user', parts });
const assistant = (...parts: CanonicalPart[]): CanonicalTurn => ({ role: 'assistant', parts });
const call = (id: string): CanonicalPart => ({ type: 'tool-call', id, name: 'f', kind: 'function', input: '{}' });
const result = (callId: string, content: ToolResultPart['content'], isError = false): CanonicalPart => {
  return { type: 'tool-result', callId, name: 'f', kind: 'function', content, isError };
};
const IMAGE = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' }, detail: null } as const;
const IMAGE_PARAM = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };

test('text alone is a string, because many servers know nothing else; system texts keep their place and role', () => {
  const turns: readonly CanonicalTurn[] = [
    { role: 'system', parts: [text('S1'), text('S2')] },
    user(text('U1'), text('U2')),
    assistant(text('A'), text('1')),
    { role: 'system', parts: [text('S3')] },
    user(text('U3')),
  ];
  assert.deepEqual(encode(turns, { systemRole: 'developer' }).messages, [
    { role: 'developer', content: 'S1\n\nS2' },
    { role: 'user', content: 'U1\n\nU2' },
    { role: 'assistant', content: 'A1' },
    { role: 'developer', content: 'S3' },
    { role: 'user', content: 'U3' },
  ]);
});

test('media keep their place among the parts', () => {
  const { messages, dropped } = encode([
    user(
      text('look'),
      IMAGE,
      { type: 'image', source: { type: 'url', url: 'https://x/a.png', mediaType: null }, detail: 'high' },
      { type: 'audio', source: { type: 'base64', mediaType: 'audio/mpeg', data: 'BBBB' } },
      { type: 'audio', source: { type: 'base64', mediaType: 'audio/x-wav', data: 'BBBB' } },
      { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'CCCC' }, name: null },
      { type: 'document', source: { type: 'text', text: 'inside' }, name: 'a.txt' },
      { type: 'document', source: { type: 'base64', mediaType: 'text/plain', data: Buffer.from('ä').toString('base64') }, name: null },
    ),
  ]);
  assert.deepEqual(messages, [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'look' },
        IMAGE_PARAM,
        { type: 'image_url', image_url: { url: 'https://x/a.png', detail: 'high' } },
        { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
        { type: 'input_audio', input_audio: { data: 'BBBB', format: 'wav' } },
        { type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,CCCC' } },
        { type: 'text', text: 'a.txt\n\ninside' },
        { type: 'text', text: 'ä' },
      ],
    },
  ]);
  assert.deepEqual(dropped, []);
});

test('what only one provider can find, or chat has no place for, is left out and told', () => {
  const { messages, dropped } = encode([
    user(
      text('U'),
      { type: 'image', source: { type: 'file-id', id: 'i' }, detail: null },
      { type: 'document', source: { type: 'file-id', id: 'd' }, name: null },
      { type: 'document', source: { type: 'url', url: 'https://x/a.pdf', mediaType: null }, name: null },
      { type: 'audio', source: { type: 'url', url: 'https://x/a.wav', mediaType: null } },
    ),
  ]);
  assert.deepEqual([messages, dropped], [[{ role: 'user', content: 'U' }], ['document-urls', 'file-ids']]);
});

test('a model without images, or without addresses of images, gets none of them', () => {
  const url: CanonicalPart = { type: 'image', source: { type: 'url', url: 'https://x', mediaType: null }, detail: 'low' };
  assert.deepEqual(encode([user(text('U'), IMAGE, url)], { lacks: new Set(['images'] as const) }), {
    messages: [{ role: 'user', content: 'U' }],
    dropped: ['image-detail', 'image-urls', 'images'],
  });
  assert.deepEqual(encode([user(IMAGE, url)], { imageUrls: false }), {
    messages: [{ role: 'user', content: [IMAGE_PARAM] }],
    dropped: ['image-urls'],
  });
});

test('each result is a message of its own, directly behind the calls and in their order', () => {
  const { messages } = encode([
    user(text('U')),
    assistant(text('A'), call('a'), call('b:1')),
    { role: 'tool', parts: [result('a', []), result('b:1', [{ type: 'text', text: 'x' }])] },
  ]);
  const [, asked, first, second] = messages;
  assert.deepEqual(asked?.role === 'assistant' ? [asked.content, asked.tool_calls?.length] : [], ['A', 2]);
  assert.deepEqual(first, { role: 'tool', tool_call_id: 'a', content: '' });
  const id = asked?.role === 'assistant' ? asked.tool_calls?.[1]?.id : '';
  assert.match(String(id), /^[a-zA-Z0-9_-]{1,64}$/);
  assert.deepEqual(second, { role: 'tool', tool_call_id: id, content: 'x' });
});

test('a failed tool says so in words', () => {
  const { messages } = encode([
    user(text('U')),
    assistant(call('a'), call('b')),
    { role: 'tool', parts: [result('a', [{ type: 'text', text: 'no net' }], true), result('b', [], true)] },
  ]);
  assert.deepEqual(
    messages.slice(2).map(({ content }) => content),
    ['Error: no net', 'Error: the tool failed.'],
  );
});

test('images of results follow behind all results, in the user message that comes next', () => {
  const results: CanonicalTurn = { role: 'tool', parts: [result('a', [IMAGE]), result('b', [{ type: 'text', text: 'x' }])] };
  const { messages } = encode([user(text('U')), assistant(call('a'), call('b')), results, user(text('and now?'))]);
  assert.deepEqual(messages.slice(2), [
    { role: 'tool', tool_call_id: 'a', content: '(The media of this result follow in the next user message.)' },
    { role: 'tool', tool_call_id: 'b', content: 'x' },
    {
      role: 'user',
      content: [{ type: 'text', text: 'Media of the result of the tool call a:' }, IMAGE_PARAM, { type: 'text', text: 'and now?' }],
    },
  ]);
  const followed = encode([user(text('U')), assistant(call('a')), { role: 'tool', parts: [result('a', [IMAGE])] }, assistant(text('A'))]);
  assert.deepEqual(
    followed.messages.map(({ role }) => role),
    ['user', 'assistant', 'tool', 'user', 'assistant'],
  );
});

test('custom calls are native, refusals are refusals', () => {
  const { messages } = encode([
    user(text('U')),
    assistant({ type: 'refusal', text: 'No.' }),
    user(text('U')),
    assistant({ type: 'tool-call', id: 'a', name: 'c', kind: 'custom', input: 'ls' }),
    { role: 'tool', parts: [result('a', [])] },
  ]);
  assert.deepEqual(messages[1], { role: 'assistant', content: null, refusal: 'No.' });
  assert.deepEqual(messages[3], { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'c', input: 'ls' } }] });
});

test('thoughts go back only to servers that want them, and state to none', () => {
  const thought: CanonicalPart = { type: 'thinking', text: 'hm', state: { family: 'anthropic', form: 'signature', data: 'secret-state' } };
  const sealed: CanonicalPart = { type: 'thinking', text: '', state: { family: 'openai', form: 'sealed', data: 'secret-state' } };
  const plain = encode([user(text('U')), assistant(thought, text('A'))]);
  assert.deepEqual([plain.messages[1], plain.dropped], [{ role: 'assistant', content: 'A' }, ['thinking-history']]);
  const wanted = encode([user(text('U')), assistant(thought, text('A'))], { reasoningHistory: 'reasoning_content' });
  assert.deepEqual([wanted.messages[1], wanted.dropped], [{ role: 'assistant', content: 'A', reasoning_content: 'hm' }, []]);
  const closed = encode([user(text('U')), assistant(sealed, text('A'))], { reasoningHistory: 'reasoning' });
  assert.deepEqual([closed.messages[1], closed.dropped], [{ role: 'assistant', content: 'A' }, ['thinking-history']]);
  const alone = encode([user(text('U')), assistant(thought)], { reasoningHistory: 'reasoning' });
  assert.deepEqual([alone.messages.length, alone.dropped], [1, ['thinking-history']]);
  assert.ok(!JSON.stringify([plain, wanted, closed, alone]).includes('secret-state'));
});

test("Gemini's signatures are not sent to a chat server, and their loss is told", () => {
  const state = { family: 'gemini', form: 'signature', data: 'c2ln' } as const;
  const signed: CanonicalPart = { type: 'tool-call', id: 'a', name: 'f', kind: 'function', input: '{}', state };
  const { messages, dropped } = encode([
    user(text('U')),
    assistant({ type: 'text', text: 'A', state }, signed),
    { role: 'tool', parts: [result('a', [])] },
  ]);
  assert.deepEqual(dropped, ['thinking-history']);
  assert.ok(!JSON.stringify(messages).includes('c2ln'));
});

test('cache marks are written where the target takes them, else they are told as lost', () => {
  const marked: readonly CanonicalTurn[] = [{ role: 'system', parts: [{ type: 'text', text: 'S', cacheMark: true }] }, user(text('U'))];
  const taken = encode(marked, { cacheMarks: true });
  assert.deepEqual(taken.messages[0], { role: 'system', content: [{ type: 'text', text: 'S', prompt_cache_breakpoint: { mode: 'explicit' } }] });
  assert.deepEqual(taken.dropped, []);
  assert.deepEqual(encode(marked), {
    messages: [
      { role: 'system', content: 'S' },
      { role: 'user', content: 'U' },
    ],
    dropped: ['cache-marks'],
  });
});

test('without tools, calls and results of the history go together', () => {
  const turns = [user(text('U')), assistant(call('a')), { role: 'tool', parts: [result('a', [])] } as const, assistant(text('A'))];
  assert.deepEqual(encode(turns, { lacks: new Set(['tools'] as const) }), {
    messages: [
      { role: 'user', content: 'U' },
      { role: 'assistant', content: 'A' },
    ],
    dropped: ['tools'],
  });
});

test('Google’s own layer gets its signatures back, and the word for a lost one on a first call without', () => {
  const signed = (family: 'gemini' | 'openai'): CanonicalPart => ({ ...call('a'), state: { family, form: 'signature', data: 'S' } }) as CanonicalPart;
  const signatures = (parts: readonly CanonicalPart[], toolCallState: ModelTraits['toolCallState']) => {
    const { messages, dropped } = encode([user(text('go')), assistant(...parts)], { toolCallState });
    const message = messages[1];
    const calls = message?.role === 'assistant' ? message.tool_calls : undefined;
    return [calls?.map(({ extra_content: extra }) => extra?.google.thought_signature), dropped];
  };
  assert.deepEqual(signatures([signed('gemini'), call('b')], 'gemini'), [['S', undefined], []]);
  assert.deepEqual(signatures([call('a'), call('b')], 'gemini'), [['skip_thought_signature_validator', undefined], []]);
  assert.deepEqual(signatures([signed('openai')], 'gemini'), [['skip_thought_signature_validator'], ['thinking-history']]);
  assert.deepEqual(signatures([signed('gemini')], null), [[undefined], ['thinking-history']]);
});

test('films are left out and told, files of other kinds go as files', () => {
  const file = (mediaType: string): CanonicalPart => ({ type: 'document', source: { type: 'base64', mediaType, data: 'AAAA' }, name: 'a' });
  const { messages, dropped } = encode([user(text('x'), file('video/mp4'), file('application/zip'))]);
  assert.deepEqual(messages, [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'x' },
        { type: 'file', file: { filename: 'a', file_data: 'data:application/zip;base64,AAAA' } },
      ],
    },
  ]);
  assert.deepEqual(dropped, ['videos']);
});
