import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incomingRequest } from '../../../test/support/incoming-request.ts';
import { matchPath, type PathMatch } from './match-path.ts';
import { readCredential } from './read-credential.ts';

const CHAT = '/v1/chat/completions';
const GEMINI = '/v1beta/models/g:generateContent';
const PROXY = '/proxy/acme/x';

function read(url: string, ...headers: readonly (readonly [string, string])[]): string | null {
  const match = matchPath(url);
  assert.ok(match !== null && !('problem' in match));
  return readCredential(incomingRequest(headers), match satisfies PathMatch);
}

test('every place of a credential is read', () => {
  assert.equal(read(CHAT, ['x-api-key', 'a']), 'a');
  assert.equal(read(CHAT, ['x-goog-api-key', 'a']), 'a');
  assert.equal(read(CHAT, ['authorization', 'Bearer a']), 'a');
  assert.equal(read(CHAT, ['X-Proxy-Key', 'a']), 'a');
  assert.equal(read(`${GEMINI}?alt=sse&key=a`), 'a');
  assert.equal(read(CHAT), null);
});

test('the first that is there wins: x-api-key, x-goog-api-key, Authorization, X-Proxy-Key, the query', () => {
  const all: [string, string][] = [
    ['x-proxy-key', '4'],
    ['authorization', 'Bearer 3'],
    ['x-goog-api-key', '2'],
    ['x-api-key', '1'],
  ];
  for (const expected of ['1', '2', '3', '4', '5']) {
    assert.equal(read(`${GEMINI}?key=5`, ...all), expected);
    all.pop();
  }
});

test('under /proxy X-Proxy-Key comes first', () => {
  assert.equal(read(PROXY, ['x-api-key', 'a'], ['x-proxy-key', 'b']), 'b');
  assert.equal(read(PROXY, ['x-api-key', 'a']), 'a');
});

test('the scheme may be written in any case', () => {
  for (const scheme of ['bearer', 'BEARER', 'Bearer', 'bEaReR']) assert.equal(read(CHAT, ['authorization', `${scheme}   a `]), 'a');
});

test('an Authorization that is no bearer token is an invalid credential, not a missing one', () => {
  for (const value of ['Basic YTpi', 'a', 'Bearer', 'Bearer a b'])
    assert.equal(read(CHAT, ['authorization', value], ['x-proxy-key', 'good']), '', value);
});

test('an invalid first one hides a good later one', () => {
  assert.equal(read(CHAT, ['x-api-key', 'wrong'], ['authorization', 'Bearer good']), 'wrong');
});

test('empty headers are not there', () => {
  assert.equal(read(CHAT, ['x-api-key', ''], ['authorization', ''], ['x-proxy-key', 'a']), 'a');
});

test('the query is read on Gemini paths only', () => {
  assert.equal(read(`${CHAT}?key=a`), null);
  assert.equal(read(`${PROXY}?key=a`), null);
  assert.equal(read(`${GEMINI}?monkey=a`), null);
  assert.equal(read(`${GEMINI}?key=a%2Bb&key=c`), 'a+b');
});
