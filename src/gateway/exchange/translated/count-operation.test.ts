import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATION_CALL, UPSTREAM_AIM } from '../../../../test/support/operation-call.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import { CountOperation } from './count-operation.ts';

const GEMINI = PROTOCOLS['gemini-generate'];
const BODY = { model: 'public', system: 'Count.', messages: [{ role: 'user', content: 'Hi' }] };

function operation(): CountOperation {
  return new CountOperation(PROTOCOLS['anthropic-messages'], BODY, OPERATION_CALL);
}

test('a question for tokens is written as the target asks it', () => {
  const { path, body, dropped } = operation().write(GEMINI, UPSTREAM_AIM);
  assert.equal(path, '/models/upstream:countTokens');
  assert.match(JSON.stringify(body), /Count\..*Hi/u);
  assert.deepEqual(dropped, []);
});

test('the count comes back in the client’s form', () => {
  assert.deepEqual(operation().readAnswer(GEMINI, { totalTokens: 12 }), { body: '{"input_tokens":12}', isStream: false, usage: null, model: null });
});

test('an answer without a count is none: no number is made up', () => {
  for (const body of [{}, { totalTokens: 'many' }, { candidates: [] }]) assert.equal(operation().readAnswer(GEMINI, body), null);
});

test('a question that its own server would refuse is refused', () => {
  assert.throws(() => new CountOperation(PROTOCOLS['anthropic-messages'], { model: 'public' }, OPERATION_CALL), {
    code: 'invalid_request',
    param: 'messages',
  });
});

test('counts are never streamed', () => {
  assert.equal(operation().createStream(), null);
});
