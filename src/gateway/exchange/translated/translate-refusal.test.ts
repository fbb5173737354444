import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pick } from '../../../../test/support/pick.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import type { HeldAnswer } from '../attempt-outcome.ts';
import { translateRefusal } from './translate-refusal.ts';

const CHAT = PROTOCOLS['openai-chat'];
const RESPONSES = PROTOCOLS['openai-responses'];
const MESSAGES = PROTOCOLS['anthropic-messages'];
const GEMINI = PROTOCOLS['gemini-generate'];

function refusal(status: number, body: object | string, headers: HeldAnswer['headers'] = {}): HeldAnswer {
  return { status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), encoding: null };
}

function bodyOf({ body }: HeldAnswer): unknown {
  return JSON.parse(body.toString('utf8'));
}

test('an error keeps its status and its sentence, and takes the client’s form', () => {
  const told = translateRefusal(refusal(400, { type: 'error', error: { type: 'invalid_request_error', message: 'too long' } }), MESSAGES, CHAT, 'r');
  assert.equal(told.status, 400);
  assert.equal(told.headers['content-type'], 'application/json');
  assert.deepEqual(bodyOf(told), { error: { message: 'too long', type: 'invalid_request_error', param: null, code: null } });
});

test('a page, a list and nothing at all become a plain sentence', () => {
  for (const body of ['<html>Bad gateway</html>', '[]', '', '"x"']) {
    const told = translateRefusal(refusal(502, body, { 'content-type': 'text/html' }), MESSAGES, CHAT, 'r');
    assert.deepEqual([told.status, told.headers['content-type']], [502, 'application/json']);
    const message = pick(bodyOf(told), 'error', 'message');
    assert.ok(typeof message === 'string' && message !== '' && !message.includes('<'), String(message));
  }
});

test('Google’s error of a streamed call stands in a list', () => {
  const told = translateRefusal(refusal(404, [{ error: { code: 404, message: 'no model', status: 'NOT_FOUND' } }]), GEMINI, CHAT, 'r');
  assert.equal(pick(bodyOf(told), 'error', 'message'), 'no model');
});

test('overload has the status by which the client’s protocol knows it', () => {
  const anthropics = refusal(529, { type: 'error', error: { type: 'overloaded_error', message: 'busy' } });
  assert.equal(translateRefusal(anthropics, MESSAGES, CHAT, 'r').status, 503);
  assert.equal(translateRefusal(refusal(503, { error: { message: 'busy' } }), CHAT, MESSAGES, 'r').status, 529);
  assert.equal(pick(bodyOf(translateRefusal(anthropics, MESSAGES, GEMINI, 'r')), 'error', 'status'), 'UNAVAILABLE');
});

test('an error that came with status 200 gets the status that it says of itself, and never one below 400', () => {
  const inside = (error: object): HeldAnswer => refusal(200, { type: 'error', error });
  assert.equal(translateRefusal(inside({ type: 'rate_limit_error', message: 'slow' }), MESSAGES, CHAT, 'r').status, 429);
  assert.equal(translateRefusal(inside({ type: 'new_error', message: 'odd' }), MESSAGES, CHAT, 'r').status, 502);
  assert.equal(translateRefusal(refusal(200, { error: { message: 'odd', code: 418 } }), CHAT, MESSAGES, 'r').status, 418);
  assert.equal(translateRefusal(refusal(200, 'odd'), CHAT, MESSAGES, 'r').status, 502);
  const gemini = translateRefusal(refusal(200, { error: { message: 'down', type: 'server_error' } }), CHAT, GEMINI, 'r');
  assert.equal(pick(bodyOf(gemini), 'error', 'code'), gemini.status);
});

test('codes and fields are those of one family only', () => {
  const upstream = refusal(400, { error: { message: 'bad', type: 'image_error', param: 'messages[1]', code: 'invalid_value' } });
  const family = bodyOf(translateRefusal(upstream, CHAT, RESPONSES, 'r'));
  assert.deepEqual([pick(family, 'error', 'param'), pick(family, 'error', 'type')], ['messages[1]', 'image_error']);
  const foreign = translateRefusal(upstream, CHAT, GEMINI, 'r').body.toString('utf8');
  assert.ok(!foreign.includes('messages[1]') && !foreign.includes('image_error'), foreign);
});

test('when to come back is kept where a header says it, and made from the body where only that does', () => {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '12.3s' }];
  const body = { error: { code: 429, message: 'slow', status: 'RESOURCE_EXHAUSTED', details } };
  assert.equal(translateRefusal(refusal(429, body), GEMINI, CHAT, 'r').headers['retry-after'], '13');
  assert.equal(translateRefusal(refusal(429, body, { 'retry-after': '5' }), GEMINI, CHAT, 'r').headers['retry-after'], '5');
  assert.equal(translateRefusal(refusal(429, { error: {} }), CHAT, MESSAGES, 'r').headers['retry-after'], undefined);
});
