import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equalSecrets, hashToken } from './hash-token.ts';

test('a token is kept as its SHA-256', () => {
  assert.equal(hashToken('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(hashToken('ключ'), hashToken('ключ'));
  assert.notEqual(hashToken('hg-1'), hashToken('hg-1 '));
});

test('secrets are equal only when every character is, whatever their lengths', () => {
  assert.equal(equalSecrets('secret', 'secret'), true);
  for (const other of ['', 'secre', 'secret1', 'Secret', 'secrét']) assert.equal(equalSecrets('secret', other), false, other);
});
