import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { CsrfTokens } from './csrf-tokens.ts';

const KEY = randomBytes(32);

test('a token is good for its own session, in every replica with the same key', () => {
  const token = new CsrfTokens(KEY).issue('s1');
  assert.equal(new CsrfTokens(KEY).verify(token, 's1'), true);
  assert.equal(new CsrfTokens(KEY).verify(token, 's2'), false);
  assert.equal(new CsrfTokens(KEY).verify(token, ''), false);
  assert.equal(new CsrfTokens(randomBytes(32)).verify(token, 's1'), false);
});

test('no two tokens of a session are equal', () => {
  const tokens = new CsrfTokens(KEY);
  assert.equal(new Set(Array.from({ length: 100 }, () => tokens.issue('s1'))).size, 100);
});

test('changed, cut, lengthened and empty tokens are refused', () => {
  const tokens = new CsrfTokens(KEY);
  const token = tokens.issue('s1');
  for (let at = 0; at < token.length; at += 1) {
    const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    assert.equal(tokens.verify(changed, 's1'), false, String(at));
  }
  for (const text of ['', token.slice(0, -1), `${token}A`, 's1', 'null', 'A'.repeat(64)]) assert.equal(tokens.verify(text, 's1'), false, text);
});

test('a short key is refused', () => {
  assert.throws(() => new CsrfTokens(Buffer.alloc(0)), RangeError);
  assert.throws(() => new CsrfTokens(randomBytes(31)), RangeError);
});
