import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCursor, encodeCursor } from './exchange-cursor.ts';

test('a cursor survives its way through a URL', () => {
  const cursor = { startedAt: 1_795_176_000_000, id: '0199-ä.b' };
  const word = encodeCursor(cursor);
  assert.equal(encodeURIComponent(word), word);
  assert.deepEqual(decodeCursor(word), cursor);
});

test('a word that is no cursor is none, however near it comes', () => {
  const word = encodeCursor({ startedAt: 1, id: 'a' });
  for (const bad of ['', '.', 'x', `${word}=`, ` ${word}`, Buffer.from('1.').toString('base64url'), Buffer.from('-1.a').toString('base64url')]) {
    assert.equal(decodeCursor(bad), null, JSON.stringify(bad));
  }
});
