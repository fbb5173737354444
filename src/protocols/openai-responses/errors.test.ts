import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../domain/gateway-error.ts';
import { decodeResponseError, failedResponseError, findResponseError, responseErrorEvent } from './errors.ts';

test('the error event holds both forms that clients read', () => {
  const event = responseErrorEvent(new GatewayError('upstream_interrupted', 'broke off'), 'r', 7);
  const [name, data] = event.trimEnd().split('\n');
  assert.equal(name, 'event: error');
  assert.deepEqual(JSON.parse(String(data).slice('data: '.length)), {
    type: 'error',
    code: 'upstream_interrupted',
    message: 'broke off',
    param: null,
    sequence_number: 7,
    error: { message: 'broke off', type: 'server_error', param: null, code: 'upstream_interrupted' },
  });
});

test("an upstream's error keeps its code, type and field", () => {
  const body = { error: { message: 'too long', type: 'invalid_request_error', param: 'input', code: 'context_length_exceeded' } };
  assert.deepEqual(decodeResponseError(400, body), {
    status: 400,
    kind: 'invalid-request',
    code: 'context_length_exceeded',
    message: 'too long',
    openaiType: 'invalid_request_error',
    param: 'input',
  });
});

test('an error with status 200 says of itself what it is, in each of its three places', () => {
  const error = { code: 'rate_limit_exceeded', message: 'slow down' };
  for (const body of [
    { type: 'error', ...error },
    { type: 'error', error },
    { type: 'response.failed', response: { error } },
    { object: 'response', status: 'failed', error },
  ]) {
    const { kind, status, code, message, openaiType } = decodeResponseError(200, body);
    assert.deepEqual([kind, status, code, message, openaiType], ['rate-limit', 429, 'rate_limit_exceeded', 'slow down', undefined]);
  }
});

test('a body without an error, or none at all, is told by its status', () => {
  assert.equal(decodeResponseError(503, null).kind, 'overloaded');
  assert.match(decodeResponseError(500, {}).message, /500/);
  assert.match(decodeResponseError(200, { type: 'response.failed', response: {} }).message, /gave no reason/);
});

test('a response that failed is an error also without a reason, and one that did not is none', () => {
  assert.deepEqual(findResponseError({ object: 'response', status: 'failed', error: null }), {});
  assert.equal(findResponseError({ object: 'response', status: 'completed', error: null }), null);
  assert.equal(findResponseError({ type: 'response.completed', response: { error: null } }), null);
});

test('causes without a code get the nearest of the closed list', () => {
  const error = { status: 500, code: '', message: 'm' };
  assert.deepEqual(
    (['rate-limit', 'invalid-request', 'upstream'] as const).map((kind) => JSON.parse(failedResponseError({ ...error, kind })).code),
    ['rate_limit_exceeded', 'invalid_prompt', 'server_error'],
  );
});
