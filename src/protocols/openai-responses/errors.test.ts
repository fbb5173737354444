import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../domain/gateway-error.ts';
import { brokenResponseEvents, decodeResponseError, failedResponseError, findResponseError, responseErrorEvent } from './errors.ts';

test('the error event holds both forms that clients read', () => {
  const event = responseErrorEvent(new GatewayError('upstream_interrupted', 'broke off'), 7);
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

test('a stream that breaks off ends with the error and the failed response, which has the id that its first event told', () => {
  const error = new GatewayError('upstream_interrupted', 'broke off');
  const told = (answerId: string | null) => {
    const [first = '', second = ''] = brokenResponseEvents(error, 'r-1', { nextSequence: 7, answerId, publicModel: 'm', now: 5 }).split('\n\n');
    assert.match(first, /^event: error\ndata: .*"sequence_number":7/u);
    assert.match(second, /^event: response\.failed\n/u);
    return JSON.parse(second.slice(second.indexOf('{'))) as { sequence_number: number; response: Record<string, unknown> };
  };
  const { sequence_number: place, response } = told('resp_up');
  assert.equal(place, 8);
  assert.deepEqual(response, {
    id: 'resp_up',
    object: 'response',
    created_at: 5,
    status: 'failed',
    error: { code: 'upstream_interrupted', message: 'broke off' },
    incomplete_details: null,
    model: 'm',
    output: [],
    usage: null,
  });
  assert.equal(told(null).response['id'], 'resp_r1', 'nobody told it');
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
