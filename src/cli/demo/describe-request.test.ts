import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describeRequest } from './describe-request.ts';
import type { DemoRequest } from './describe-request.ts';

const plain = (_style: string, text: string): string => text;
const at = new Date(2026, 10, 20, 9, 5, 58).getTime();
const base: DemoRequest = {
  number: 7,
  status: 200,
  elapsedMs: 12.4,
  provider: 'demo-vendor',
  attempts: '1',
  retryAfter: null,
  seen: [{ keyId: 'key-2', status: 200, retryAfterSeconds: null, at }],
};

test('tells which key served a request', () => {
  assert.deepEqual(describeRequest(base, plain), ['  7 200 served by key-2  demo-vendor, 1 attempt, 12 ms']);
});

test('tells which key refused before, and until when it rests', () => {
  const seen = [{ keyId: 'key-1', status: 429, retryAfterSeconds: 4, at }, ...base.seen];
  assert.deepEqual(describeRequest({ ...base, attempts: '2', seen }, plain), [
    '    key-1 answered 429 and rests until 09:06:02 (4 s)',
    '  7 200 served by key-2  demo-vendor, 2 attempts, 12 ms',
  ]);
});

test('tells that a request waited for a key', () => {
  assert.match(describeRequest({ ...base, elapsedMs: 2900 }, plain)[0] ?? '', /served by key-2 after a wait of 2\.9 s/);
});

test('tells what the client saw when nothing could serve', () => {
  assert.deepEqual(describeRequest({ ...base, status: 429, retryAfter: '3', seen: [] }, plain), ['  7 429 to the client, try again in 3 s 12 ms']);
});
