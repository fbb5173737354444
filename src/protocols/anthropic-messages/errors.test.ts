import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMessageError, decodeMessageErrorEvent, messageErrorBody } from './errors.ts';

const body = (type: string, rest: object = {}) => ({ type: 'error', error: { type, message: 'because', ...rest }, request_id: 'req_1' });

test('the type of an error says its kind', () => {
  const rows = [
    ['invalid_request_error', 400, 'invalid-request'],
    ['authentication_error', 401, 'auth'],
    ['billing_error', 402, 'rate-limit'],
    ['permission_error', 403, 'permission'],
    ['not_found_error', 404, 'not-found'],
    ['conflict_error', 409, 'invalid-request'],
    ['request_too_large', 413, 'too-large'],
    ['rate_limit_error', 429, 'rate-limit'],
    ['api_error', 500, 'upstream'],
    ['timeout_error', 504, 'timeout'],
    ['overloaded_error', 529, 'overloaded'],
  ] as const;
  for (const [type, status, kind] of rows) {
    assert.deepEqual(decodeMessageError(status, body(type)), { status, kind, code: '', message: 'because' }, type);
    assert.deepEqual(decodeMessageErrorEvent(body(type)), { status, kind, code: '', message: 'because' }, type);
  }
});

test('an error that is no JSON, or says nothing, is known by its status', () => {
  const kinds = [400, 401, 403, 404, 413, 422, 429, 500, 502, 503, 504, 529].map((status) => decodeMessageError(status, null).kind);
  assert.equal(
    kinds.join(' '),
    'invalid-request auth permission not-found too-large invalid-request rate-limit upstream upstream overloaded timeout overloaded',
  );
  assert.match(decodeMessageError(503, null).message, /503/);
  assert.match(decodeMessageErrorEvent({ type: 'error' }).message, /error/);
});

test('the code of an error comes from its details and goes there', () => {
  const decoded = decodeMessageError(429, body('rate_limit_error', { details: { error_code: 'spend_limit' } }));
  assert.equal(decoded.code, 'spend_limit');
  const written = JSON.parse(messageErrorBody(decoded, 'req')) as { error: { details: unknown } };
  assert.deepEqual(written.error.details, { error_code: 'spend_limit' });
  const plain = JSON.parse(messageErrorBody({ ...decoded, code: '' }, 'req')) as { error: unknown };
  assert.deepEqual(plain.error, { type: 'rate_limit_error', message: 'because', details: null });
});

test('a cloud’s own sentence is the message', () => {
  const error = decodeMessageError(400, { message: 'The model is not known.' });
  assert.deepEqual([error.kind, error.message], ['invalid-request', 'The model is not known.']);
});
