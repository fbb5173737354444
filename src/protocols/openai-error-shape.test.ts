import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeOpenaiError, openaiErrorBody } from './openai-error-shape.ts';

test("an error keeps its type, param and code on the way to a client of OpenAI's family", () => {
  const error = { message: 'no', type: 'invalid_request_error', param: 'max_tokens', code: 'unsupported_parameter' };
  const read = decodeOpenaiError(400, { error });
  assert.deepEqual([read.status, read.kind, read.message], [400, 'invalid-request', 'no']);
  assert.deepEqual(JSON.parse(openaiErrorBody(read)), { error });
  const bare = { message: 'no', type: 'requests', param: null, code: null };
  assert.deepEqual(JSON.parse(openaiErrorBody(decodeOpenaiError(429, { error: bare }))), { error: bare });
});

test("the vendor's own words say it where the status does not", () => {
  assert.equal(decodeOpenaiError(400, { error: { message: 'x', code: 'model_not_found' } }).kind, 'not-found');
  assert.equal(
    decodeOpenaiError(400, { error: { message: 'x', type: 'invalid_request_error', code: 'context_length_exceeded' } }).kind,
    'invalid-request',
  );
  assert.equal(decodeOpenaiError(500, { error: { message: 'x', type: 'overloaded_error' } }).kind, 'overloaded');
  assert.equal(
    decodeOpenaiError(500, { error: { message: 'x', type: 'invalid_request_error' } }).kind,
    'upstream',
    'a server that failed is no fault of the client',
  );
  assert.equal(decodeOpenaiError(404, { error: { message: 'x', type: 'invalid_request_error' } }).kind, 'not-found');
});

test('an error inside a stream has no status, and gets the one that it speaks of', () => {
  const rows = [
    [{ error: { message: 'x', code: 429 } }, 429, 'rate-limit'],
    [{ error: { message: 'x', code: '503' } }, 503, 'overloaded'],
    [{ error: { message: 'x', type: 'insufficient_quota', code: 'insufficient_quota' } }, 429, 'rate-limit'],
    [{ error: { message: 'x', type: 'server_error' } }, 500, 'upstream'],
    [{ error: 'x' }, 502, 'upstream'],
  ] as const;
  for (const [body, status, kind] of rows) {
    const error = decodeOpenaiError(200, body);
    assert.deepEqual([error.status, error.kind, error.message], [status, kind, 'x']);
  }
});

test('the forms of compatible servers are read, and no body becomes a sentence', () => {
  const rows = [
    { object: 'error', message: 'no', type: 'BadRequestError', param: null, code: 400 },
    { detail: 'no' },
    { detail: [{ loc: ['body'], msg: 'no' }] },
    { message: { detail: [] }, detail: 'no' },
    { error: 'no' },
  ];
  for (const body of rows) assert.equal(decodeOpenaiError(400, body).message, 'no', JSON.stringify(body));
  for (const body of [null, {}, { error: {} }, { error: { message: 7 } }]) assert.match(decodeOpenaiError(418, body).message, /418/);
});
