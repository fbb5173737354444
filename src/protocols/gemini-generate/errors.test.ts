import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeGenerateError, generateErrorBody } from './errors.ts';

test('the kind of an error is told by its status word', () => {
  const kinds = {
    INVALID_ARGUMENT: 'invalid-request',
    FAILED_PRECONDITION: 'invalid-request',
    UNAUTHENTICATED: 'auth',
    PERMISSION_DENIED: 'permission',
    NOT_FOUND: 'not-found',
    RESOURCE_EXHAUSTED: 'rate-limit',
    INTERNAL: 'upstream',
    UNAVAILABLE: 'overloaded',
    DEADLINE_EXCEEDED: 'timeout',
  };
  for (const [status, kind] of Object.entries(kinds)) {
    const error = decodeGenerateError(500, { error: { code: 500, message: 'because', status } });
    assert.deepEqual([error.kind, error.message, error.status], [kind, 'because', 500], status);
  }
});

test('without a word the HTTP status tells', () => {
  const kinds = [400, 401, 403, 404, 408, 409, 413, 429, 500, 502, 503, 504, 529].map((status) => decodeGenerateError(status, null).kind);
  assert.deepEqual(kinds, [
    'invalid-request',
    'auth',
    'permission',
    'not-found',
    'timeout',
    'invalid-request',
    'too-large',
    'rate-limit',
    'upstream',
    'upstream',
    'overloaded',
    'timeout',
    'overloaded',
  ]);
  assert.equal(decodeGenerateError(502, null).message, 'The provider answered with status 502.');
  assert.equal(decodeGenerateError(500, { error: 'a bare word' }).message, 'a bare word');
});

test('a bad key, which Google calls a bad request, is a matter of authentication', () => {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' }];
  const { status, kind, code } = decodeGenerateError(400, { error: { code: 400, message: 'bad key', status: 'INVALID_ARGUMENT', details } });
  assert.deepEqual([status, kind, code], [401, 'auth', 'API_KEY_INVALID']);
});

test('the delay is told in whole seconds, rounded up', () => {
  const withDelay = (retryDelay: unknown): unknown =>
    decodeGenerateError(429, { error: { status: 'RESOURCE_EXHAUSTED', details: [{ violations: [] }, { retryDelay }] } }).retryAfterSeconds;
  assert.deepEqual([withDelay('12.1s'), withDelay('5s'), withDelay('soon'), withDelay(undefined)], [13, 5, undefined, undefined]);
});

test('the field at fault is kept', () => {
  const details = [{ fieldViolations: [{ field: 'contents[0].parts', description: 'no' }] }];
  assert.equal(decodeGenerateError(400, { error: { message: 'no', status: 'INVALID_ARGUMENT', details } }).param, 'contents[0].parts');
});

test('an error inside of a stream has its own code for a status', () => {
  assert.deepEqual(
    [{ code: 429, status: 'RESOURCE_EXHAUSTED' }, { status: 'UNAVAILABLE' }, {}].map((error) => decodeGenerateError(0, { error }).status),
    [429, 503, 500],
  );
});

test('errors for clients carry code, delay and field as Google’s details', () => {
  const body = generateErrorBody({ status: 429, kind: 'rate-limit', code: 'slow', message: 'm', retryAfterSeconds: 9, param: 'contents' });
  assert.deepEqual((JSON.parse(body) as { error: unknown }).error, {
    code: 429,
    message: 'm',
    status: 'RESOURCE_EXHAUSTED',
    details: [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'slow', domain: 'headgate' },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '9s' },
      { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'contents', description: 'm' }] },
    ],
  });
  assert.equal(
    'details' in (JSON.parse(generateErrorBody({ status: 500, kind: 'upstream', code: '', message: 'm' })) as { error: object }).error,
    false,
  );
});

test('overload has Google’s own status', () => {
  const body = JSON.parse(generateErrorBody({ status: 529, kind: 'overloaded', code: '', message: 'm' })) as {
    error: { code: number; status: string };
  };
  assert.deepEqual([body.error.code, body.error.status], [503, 'UNAVAILABLE']);
});
