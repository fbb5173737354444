import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSealedText, writeSealedText } from './sealed-text.ts';

test('a sealed text names its kind, its version and the key that sealed it', () => {
  const text = writeSealedText('sealed', { keyId: '0123456789abcdef', body: 'AbC_-9' });
  assert.equal(text, 'sealed:v1:0123456789abcdef:AbC_-9');
  assert.deepEqual(readSealedText('sealed', text), { keyId: '0123456789abcdef', body: 'AbC_-9' });
});

test('another kind, another version and ordinary texts are not read', () => {
  for (const text of [
    'datakey:v1:0123456789abcdef:AbC',
    'sealed:v2:0123456789abcdef:AbC',
    'sealed:v1:0123456789abcdef:',
    'sealed:v1:KEY:AbC',
    'sealed:v1:0123456789abcdef:A+/=',
    'sealed:v1:0123456789abcdef:AbC\n',
    'sk-abc',
    '',
  ]) {
    assert.equal(readSealedText('sealed', text), null, text);
  }
});
