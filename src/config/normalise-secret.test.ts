import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHeaderSafe, normaliseSecret } from './normalise-secret.ts';

test('a pasted key loses white space, one pair of quotes and the word Bearer', () => {
  for (const written of ['sk-1', '  sk-1\n', '"sk-1"', "'sk-1'", 'Bearer sk-1', 'bearer   sk-1 ', '"Bearer sk-1"'])
    assert.equal(normaliseSecret(written), 'sk-1', written);
  assert.equal(normaliseSecret('""sk-1""'), '"sk-1"');
  assert.equal(normaliseSecret('"sk-1'), '"sk-1');
  assert.equal(normaliseSecret('Bearersk-1'), 'Bearersk-1');
});

test('a key that could split a header is told from one that cannot', () => {
  assert.equal(isHeaderSafe('sk-1_A.b/+='), true);
  for (const secret of ['a b', 'a\r\nx: 1', 'ключ', 'a\u0000']) assert.equal(isHeaderSafe(secret), false, secret);
});
