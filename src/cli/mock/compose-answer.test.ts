import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import type { MockRule } from './mock-rule.ts';
import type { MockUpstream } from './mock-upstream.ts';
import { startMockUpstream } from './start-mock-upstream.ts';
import { isIssuedState } from './vendors/mock-state.ts';

type Json = Readonly<Record<string, unknown>>;

const RULE: MockRule = {
  thinking: 'Let me see.',
  text: 'I look.',
  toolCalls: [
    { name: 'weather', arguments: { city: 'Zürich' } },
    { name: 'clock', arguments: {} },
  ],
};
const PATHS = {
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
  anthropic: '/v1/messages',
  gemini: '/v1beta/models/g:generateContent',
  geminiStream: '/v1beta/models/g:streamGenerateContent?alt=sse',
} as const;

let mock: MockUpstream;
before(async () => {
  mock = await startMockUpstream();
});
beforeEach(() => mock.reset());
after(() => mock.close());

async function ask(path: string, body: object = {}): Promise<string> {
  const headers = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' };
  const response = await fetch(`${mock.origin}${path}`, { method: 'POST', headers, body: JSON.stringify({ model: 'm', ...body }) });
  return response.text();
}

/** The data of the events of a stream, without its end mark. */
async function events(path: string, body: object = {}): Promise<readonly Json[]> {
  return (await ask(path, { stream: true, ...body }))
    .split(/\r?\n\r?\n/)
    .map((frame) => /^data: (.*)$/m.exec(frame)?.[1] ?? '')
    .filter((data) => data.startsWith('{'))
    .map((data) => JSON.parse(data) as Json);
}

/** The members on a path of names and places, of each value that has them all. */
function pick(values: readonly unknown[], ...path: readonly (string | number)[]): readonly unknown[] {
  return path.reduce<readonly unknown[]>(
    (found, step) => found.flatMap((value) => (typeof value === 'object' && value !== null && step in value ? [(value as Json)[step]] : [])),
    values,
  );
}

test('chat: thoughts, text and calls, whole and in pieces', async () => {
  mock.script({ rules: [RULE] });
  const [choice] = pick([JSON.parse(await ask(PATHS.chat))], 'choices', 0) as [{ finish_reason: string; message: Json }];
  assert.equal(choice.finish_reason, 'tool_calls');
  assert.equal(choice.message['reasoning_content'], 'Let me see.');
  assert.deepEqual(pick(choice.message['tool_calls'] as Json[], 'function', 'arguments'), ['{"city":"Zürich"}', '{}']);
  const chunks = await events(PATHS.chat);
  const deltas = pick(chunks, 'choices', 0, 'delta');
  assert.equal(pick(deltas, 'reasoning_content').join(''), 'Let me see.');
  assert.equal(pick(deltas, 'content').join(''), 'I look.');
  const calls = pick(deltas, 'tool_calls', 0);
  assert.deepEqual(pick(calls, 'function', 'name'), ['weather', 'clock']);
  const first = calls.filter((call) => (call as Json)['index'] === 0);
  assert.equal(first.length, 4);
  assert.equal(pick(first, 'function', 'arguments').join(''), '{"city":"Zürich"}');
  assert.deepEqual(pick(chunks, 'choices', 0, 'finish_reason').at(-1), 'tool_calls');
});

test('responses: a reasoning item that is sealed when asked, a message and calls, whole and in numbered events', async () => {
  mock.script({ rules: [RULE] });
  const body = { include: ['reasoning.encrypted_content'] };
  const whole = JSON.parse(await ask(PATHS.responses, body)) as { output: Json[] };
  assert.deepEqual(pick(whole.output, 'type'), ['reasoning', 'message', 'function_call', 'function_call']);
  assert.ok(isIssuedState('openai', 'Let me see.', whole.output[0]?.['encrypted_content']));
  const all = await events(PATHS.responses, body);
  assert.deepEqual(
    pick(all, 'sequence_number'),
    all.map((_, index) => index),
  );
  const streamed = pick(all.slice(-1), 'response', 'output')[0] as Json[];
  assert.deepEqual(pick(streamed, 'type'), pick(whole.output, 'type'));
  const done = all.filter((event) => event['type'] === 'response.output_item.done');
  assert.deepEqual(pick(done, 'item'), streamed);
  assert.equal((JSON.parse(await ask(PATHS.responses)) as { output: Json[] }).output[0]?.['encrypted_content'], undefined);
});

test('anthropic: signed thoughts, text and tool_use blocks, whole and in blocks that do not overlap', async () => {
  mock.script({ rules: [RULE] });
  const whole = JSON.parse(await ask(PATHS.anthropic)) as { content: Json[]; stop_reason: string };
  assert.equal(whole.stop_reason, 'tool_use');
  assert.deepEqual(pick(whole.content, 'type'), ['thinking', 'text', 'tool_use', 'tool_use']);
  assert.ok(isIssuedState('anthropic', 'Let me see.', whole.content[0]?.['signature']));
  const all = await events(PATHS.anthropic);
  assert.deepEqual(
    pick(
      all.filter(({ type }) => type === 'content_block_start'),
      'index',
    ),
    [0, 1, 2, 3],
  );
  const ofBlock = (index: number): readonly unknown[] =>
    pick(
      all.filter((event) => event['index'] === index),
      'delta',
    );
  assert.equal((ofBlock(0).at(-1) as Json)['signature'], whole.content[0]?.['signature']);
  assert.equal(pick(ofBlock(2), 'partial_json').join(''), '{"city":"Zürich"}');
  assert.deepEqual(pick(ofBlock(3), 'partial_json'), ['']);
});

test('gemini: thoughts, text and calls without ids, of which the first is signed; the last frame stops', async () => {
  mock.script({ rules: [RULE] });
  const [parts] = pick([JSON.parse(await ask(PATHS.gemini))], 'candidates', 0, 'content', 'parts') as [Json[]];
  assert.deepEqual(pick(parts, 'functionCall', 'name'), ['weather', 'clock']);
  assert.deepEqual(pick(parts, 'functionCall', 'id'), []);
  assert.equal(pick(parts, 'thoughtSignature').length, 1);
  assert.ok(isIssuedState('gemini', 'weather', parts.at(-2)?.['thoughtSignature']));
  const frames = await events(PATHS.geminiStream);
  assert.deepEqual(pick(frames, 'candidates', 0, 'finishReason'), ['STOP']);
  assert.deepEqual(pick(frames, 'candidates', 0, 'content', 'parts', 0, 'functionCall', 'name'), ['weather', 'clock']);
});

test('a stream can end with the vendor’s own error behind so many content events', async () => {
  mock.script({ rules: [{ text: 'one two three', streamError: { status: 529, message: 'Too busy.', afterEvents: 2 } }] });
  const last = async (path: string): Promise<Json | undefined> => (await events(path)).at(-1);
  assert.deepEqual(await last(PATHS.chat), { error: { message: 'Too busy.', type: 'server_error', param: null, code: null } });
  const anthropic = await events(PATHS.anthropic);
  assert.deepEqual(pick(anthropic.slice(-1), 'error', 'type'), ['overloaded_error']);
  assert.equal(anthropic.filter(({ type }) => type === 'content_block_delta').length, 2);
  assert.ok(!(await ask(PATHS.chat, { stream: true })).includes('[DONE]'));
  const responses = await events(PATHS.responses);
  assert.deepEqual(pick(responses.slice(-2), 'type'), ['error', 'response.failed']);
  assert.deepEqual(pick(responses.slice(-1), 'response', 'error', 'message'), ['Too busy.']);
  assert.deepEqual(pick([await last(PATHS.geminiStream)], 'error', 'code'), [529]);
});

test('a strict rule refuses what the vendor refuses, in the vendor’s own form, and tells why in the record', async () => {
  mock.script({ strict: true, rules: [{ match: { model: 'lax' }, strict: false }] });
  assert.match(
    await ask(PATHS.anthropic, { messages: [{ role: 'user', content: 'a' }] }),
    /"type":"invalid_request_error","message":"max_tokens: Field required"/,
  );
  assert.equal(mock.requests.at(-1)?.status, 400);
  assert.equal(mock.requests.at(-1)?.refusal, 'max_tokens: Field required');
  await ask(PATHS.anthropic, { model: 'lax' });
  assert.deepEqual([mock.requests.at(-1)?.status, mock.requests.at(-1)?.refusal], [200, null]);
});
