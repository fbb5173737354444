import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered, assistant, call, encode, messagesOf, NEW, system, text, user } from '../../../test/support/message-encoding.ts';
import type { CanonicalPart } from '../../domain/canonical/canonical-part.ts';

test('the results of all calls are one user message, before what the user says', () => {
  assert.deepEqual(messagesOf([user(text('go')), assistant(call('a'), call('b')), answered('a', 'b'), user(text('and?'))]), [
    { role: 'user', content: 'go' },
    {
      role: 'assistant',
      content: [
        { type: 'tool_use', id: 'a', name: 'f', input: {} },
        { type: 'tool_use', id: 'b', name: 'f', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'a', content: 'ok' },
        { type: 'tool_result', tool_use_id: 'b', content: 'ok' },
        { type: 'text', text: 'and?' },
      ],
    },
  ]);
});

test('ids that the protocol refuses are changed, and still pair', () => {
  const messages = messagesOf([user(text('go')), assistant(call('call.1|x')), answered('call.1|x')]) as {
    content: { id?: string; tool_use_id?: string }[];
  }[];
  const id = messages[1]?.content[0]?.id ?? '';
  assert.match(id, /^[a-zA-Z0-9_-]+$/);
  assert.equal(messages[2]?.content[0]?.tool_use_id, id);
});

test('an id that an earlier turn had is made another, in the call and in its result', () => {
  const turns = [user(text('go')), assistant(call('a')), answered('a'), assistant(call('a')), answered('a')];
  const blocks = (messagesOf(turns) as { content: { id?: string; tool_use_id?: string }[] }[]).slice(1).map(({ content }) => content[0]);
  assert.deepEqual(
    blocks.map((block) => block?.id ?? block?.tool_use_id),
    ['a', 'a', 'a_2', 'a_2'],
  );
});

test('files that are neither PDF nor text, and images of unusual kinds, are left out and told', () => {
  const file = (mediaType: string, url = false): CanonicalPart => ({
    type: 'document',
    source: url ? { type: 'url', url: 'https://e.com/a', mediaType } : { type: 'base64', mediaType, data: 'AA==' },
    name: null,
  });
  const image = (mediaType: string): CanonicalPart => ({ type: 'image', source: { type: 'base64', mediaType, data: 'AA==' }, detail: null });
  const { body, dropped } = encode({
    turns: [user(text('see'), file('video/mp4'), file('video/mp4', true), file('application/zip'), image('image/bmp'), image('image/webp'))],
  });
  assert.deepEqual(body['messages'], [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'see' },
        { type: 'image', source: { type: 'base64', media_type: 'image/webp', data: 'AA==' } },
      ],
    },
  ]);
  assert.deepEqual(dropped, ['other-files', 'other-images', 'videos']);
});

test('arguments are an object: empty ones, broken ones and free text too', () => {
  const inputs = (['', '{"a":1}', '[1]', '{"a":'] as const).map((input) => {
    const messages = messagesOf([user(text('go')), assistant(call('a', input)), answered('a')]) as { content: { input?: unknown }[] }[];
    return messages[1]?.content[0]?.input;
  });
  assert.deepEqual(inputs, [{}, { a: 1 }, { input: '[1]' }, { input: '{"a":' }]);
});

test('no text block is empty or only whitespace', () => {
  assert.deepEqual(messagesOf([user(text(' \n'), text('hi')), assistant(text('\n\n'), call('a')), answered('a')]), [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'ok' }] },
  ]);
});

test('results hold images, errors are marked, and an empty result has no content', () => {
  const image: CanonicalPart = { type: 'image', source: { type: 'base64', mediaType: 'image/jpg', data: 'AA' }, detail: null };
  const result = { type: 'tool-result', callId: 'a', name: 'f', kind: 'function', isError: true, content: [image] } as const;
  const messages = messagesOf([
    user(text('go')),
    assistant(call('a'), call('b')),
    { role: 'tool', parts: [result, { ...result, callId: 'b', content: [], isError: false }] },
  ]);
  assert.deepEqual((messages as { content: unknown }[])[2]?.content, [
    {
      type: 'tool_result',
      tool_use_id: 'a',
      content: [{ type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AA' } }],
      is_error: true,
    },
    { type: 'tool_result', tool_use_id: 'b' },
  ]);
});

test('late instructions are the system’s where the model takes them there, else the user’s in the same place', () => {
  const turns = [system('a'), system('b'), user(text('hi')), system('French now'), assistant(text('oui')), system('stop'), user(text('go'))];
  const body = encode({ turns }).body;
  assert.deepEqual(body['system'], [
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b' },
  ]);
  assert.deepEqual(body['messages'], [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'hi' },
        { type: 'text', text: '<system>\nFrench now\n</system>' },
      ],
    },
    { role: 'assistant', content: 'oui' },
    {
      role: 'user',
      content: [
        { type: 'text', text: '<system>\nstop\n</system>' },
        { type: 'text', text: 'go' },
      ],
    },
  ]);
  const late = messagesOf(turns, NEW) as { role: string }[];
  assert.deepEqual(
    late.map(({ role }) => role),
    ['user', 'system', 'assistant', 'user'],
  );
});

test('a conversation begins with the user, though nobody spoke', () => {
  assert.deepEqual(messagesOf([assistant(text('welcome')), user(text('hi'))]), [
    { role: 'user', content: '.' },
    { role: 'assistant', content: 'welcome' },
    { role: 'user', content: 'hi' },
  ]);
  assert.deepEqual(messagesOf([system('only this')]), [{ role: 'user', content: '.' }]);
});

test('the words to go on from end without a space, or are followed by a user who asks for more', () => {
  const turns = [user(text('hi')), assistant(text('Once upon '))];
  assert.deepEqual(messagesOf(turns), [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'Once upon' },
  ]);
  const { body, dropped } = encode({ turns }, NEW);
  assert.deepEqual(dropped, ['prefill']);
  assert.deepEqual((body['messages'] as unknown[]).slice(1), [
    { role: 'assistant', content: 'Once upon ' },
    { role: 'user', content: 'Continue.' },
  ]);
});

test('images and documents take the form of their source; file ids belong to another provider', () => {
  const parts: CanonicalPart[] = [
    { type: 'image', source: { type: 'url', url: 'https://x.test/a.png', mediaType: null }, detail: 'high' },
    { type: 'image', source: { type: 'file-id', id: 'f' }, detail: null },
    { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'BB' }, name: 'r.pdf' },
    { type: 'document', source: { type: 'base64', mediaType: 'text/csv', data: Buffer.from('a,b').toString('base64') }, name: null },
    { type: 'document', source: { type: 'url', url: 'https://x.test/a.pdf', mediaType: null }, name: null },
    { type: 'audio', source: { type: 'base64', mediaType: 'audio/wav', data: 'CC' } },
  ];
  const { body, dropped } = encode({ turns: [user(...parts)] });
  assert.deepEqual(dropped, ['audio', 'file-ids', 'image-detail']);
  assert.deepEqual(body['messages'], [
    {
      role: 'user',
      content: [
        { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } },
        { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'BB' }, title: 'r.pdf' },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b' } },
        { type: 'document', source: { type: 'url', url: 'https://x.test/a.pdf' } },
      ],
    },
  ]);
});

test('only the API’s own thoughts go back to it, signed and letter by letter', () => {
  const own = { family: 'anthropic', form: 'signature', data: 'sig', text: 'as it was' } as const;
  const turn = assistant(
    { type: 'thinking', text: 'as it came', state: own },
    { type: 'thinking', text: '', state: { family: 'anthropic', form: 'sealed', data: 'sealed' } },
    { type: 'thinking', text: 'x', state: { family: 'openai', form: 'sealed', data: 'enc' } },
    { type: 'thinking', text: 'y', state: null },
    { ...call('a'), state: { family: 'gemini', form: 'signature', data: 'g' } } as CanonicalPart,
  );
  const { body, dropped } = encode({ turns: [user(text('hi')), turn, answered('a')] });
  assert.deepEqual(dropped, ['thinking-history']);
  assert.deepEqual((body['messages'] as { content: unknown }[])[1]?.content, [
    { type: 'thinking', thinking: 'as it was', signature: 'sig' },
    { type: 'redacted_thinking', data: 'sealed' },
    { type: 'tool_use', id: 'a', name: 'f', input: {} },
  ]);
});
