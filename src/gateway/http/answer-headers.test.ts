import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relayedHeaders } from './answer-headers.ts';

test("what acts on a connection, on the gateway's origin or names the upstream stays behind", () => {
  const withheld = [
    'connection',
    'keep-alive',
    'transfer-encoding',
    'trailer',
    'upgrade',
    'te',
    'proxy-authenticate',
    'content-length',
    'content-encoding',
    'set-cookie',
    'content-security-policy',
    'strict-transport-security',
    'access-control-allow-origin',
    'access-control-allow-credentials',
    'clear-site-data',
    'x-frame-options',
    'alt-svc',
    'www-authenticate',
    'server',
    'via',
    'date',
    'location',
    'x-request-id',
    'cf-ray',
    'x-headgate-cost',
    'x-nominated',
  ];
  assert.deepEqual(relayedHeaders({ ...Object.fromEntries(withheld.map((name) => [name, 'x'])), connection: 'close, X-Nominated' }, ''), []);
});

test("what a client wants to know of the upstream's answer goes on", () => {
  const kept = {
    'content-type': 'application/json',
    'retry-after': '3',
    'retry-after-ms': '3000',
    'x-ratelimit-remaining-tokens': '7',
    'anthropic-ratelimit-requests-reset': 'soon',
    'request-id': 'r',
    'x-should-retry': 'true',
    'openai-processing-ms': '5',
    'x-many': ['1', '2'],
  };
  assert.deepEqual(relayedHeaders(kept, ''), [
    'content-type',
    'application/json',
    'retry-after',
    '3',
    'retry-after-ms',
    '3000',
    'x-ratelimit-remaining-tokens',
    '7',
    'anthropic-ratelimit-requests-reset',
    'soon',
    'request-id',
    'r',
    'x-should-retry',
    'true',
    'openai-processing-ms',
    '5',
    'x-many',
    '1',
    'x-many',
    '2',
  ]);
});

test('the provider key never comes back in a header, not in the form of a URL either', () => {
  assert.deepEqual(relayedHeaders({ link: '<https://u.test/?key=k%2Fey%2Bwith%3D>; rel=next' }, 'k/ey+with='), [
    'link',
    '<https://u.test/?key=[redacted]>; rel=next',
  ]);
  assert.deepEqual(relayedHeaders({ 'x-echo': 'key=sk-secret; again sk-secret', 'x-list': ['sk-secret', 'fine'] }, 'sk-secret'), [
    'x-echo',
    'key=[redacted]; again [redacted]',
    'x-list',
    '[redacted]',
    'x-list',
    'fine',
  ]);
});
