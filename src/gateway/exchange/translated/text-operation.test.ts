import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATION_CALL, UPSTREAM_AIM } from '../../../../test/support/operation-call.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import { TextOperation } from './text-operation.ts';

const CHAT = PROTOCOLS['openai-chat'];
const MESSAGES = PROTOCOLS['anthropic-messages'];
const BODY = { model: 'public', messages: [{ role: 'user', content: 'Hi' }], seed: 4, odd: 1 };
const ANSWER = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'upstream-2026',
  content: [{ type: 'text', text: 'Hello.' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 2 },
};

test('a request is read once and written for each target, with what it could not carry in the client’s words', () => {
  const operation = new TextOperation(CHAT, BODY, OPERATION_CALL);
  const written = operation.write(MESSAGES, UPSTREAM_AIM);
  assert.equal(written.path, '/messages');
  assert.deepEqual([written.body['model'], written.body['seed'], written.body['odd']], ['upstream', undefined, undefined]);
  assert.deepEqual([...written.dropped].toSorted(), ['odd', 'seed']);
  assert.ok(operation.wish.features.has('seed') && !operation.carries(MESSAGES, UPSTREAM_AIM).has('seed'));
  assert.deepEqual(operation.write(PROTOCOLS['gemini-generate'], UPSTREAM_AIM).dropped, ['odd'], 'Gemini takes a seed');
});

test('an answer comes back under the name that was asked for; who answered is told to the record', () => {
  const told = new TextOperation(CHAT, BODY, OPERATION_CALL).readAnswer(MESSAGES, ANSWER);
  assert.deepEqual([told.isStream, told.model, told.usage?.output], [false, 'upstream-2026', 2]);
  assert.match(told.body, /"model":"public".*"content":"Hello\."/u);
});

test('an answer that came whole to a client that streams is told as a stream', () => {
  const told = new TextOperation(CHAT, BODY, { ...OPERATION_CALL, stream: true }).readAnswer(MESSAGES, ANSWER);
  assert.equal(told.isStream, true);
  assert.match(told.body, /^data: \{[\s\S]*"content":"Hello\."[\s\S]*"finish_reason":"stop"[\s\S]*data: \[DONE\]\n\n$/u);
});

test('to a client of Gemini’s that wants an array, it is an array and no stream of events', () => {
  const body = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] };
  const told = new TextOperation(PROTOCOLS['gemini-generate'], body, { ...OPERATION_CALL, stream: true, framing: 'array' }).readAnswer(
    MESSAGES,
    ANSWER,
  );
  assert.equal(told.isStream, false);
  assert.ok(Array.isArray(JSON.parse(told.body)));
});

test('a request that its own server would refuse is refused', () => {
  assert.throws(() => new TextOperation(CHAT, { model: 'public' }, OPERATION_CALL), { code: 'invalid_request', param: 'messages' });
});

test('a request that was let go does not hold its prompt, and its answer is written all the same', () => {
  const operation = new TextOperation(CHAT, { ...BODY, messages: [{ role: 'user', content: 'a long prompt' }] }, { ...OPERATION_CALL, stream: true });
  const { decoder, encoder } = operation.createStream(MESSAGES);
  operation.letGo();
  assert.ok(!JSON.stringify(operation.write(MESSAGES, UPSTREAM_AIM).body).includes('a long prompt'));
  const [out, name]: [Parameters<typeof decoder.decode>[2], string] = [[], 'message_start'];
  decoder.decode(name, { type: name, message: ANSWER }, out);
  assert.match(out.map((event) => encoder.encode(event)).join(''), /chat\.completion\.chunk/u);
});
