import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hideSecrets } from './hide-secrets.ts';

const SECRET = 'Zq7-vendor-key-4Lw9xT2m';

test('hides a secret that an upstream repeats, whole, escaped and in base64', () => {
  const spoken = `key ${SECRET} or ${Buffer.from(SECRET).toString('base64')} or ${encodeURIComponent(`${SECRET}/+`)}`;
  const shown = hideSecrets(spoken, [SECRET, `${SECRET}/+`]);
  assert.ok(!shown.includes('Zq7') && !shown.includes('4Lw9xT2m') && !shown.includes('WnE3'), shown);
});

test('hides every piece of 8 characters of a secret', () => {
  assert.equal(hideSecrets(`bad key: ${SECRET.slice(0, 12)}***${SECRET.slice(-9)}!`, [SECRET]), 'bad key: [redacted]***[redacted]!');
});

test('leaves a text without secrets as it is', () => {
  assert.equal(hideSecrets('model not found: gpt-x', [SECRET]), 'model not found: gpt-x');
});

test('hides secrets that are shorter than a piece', () => {
  assert.equal(hideSecrets('the key "abc1" is bad', ['abc1', '']), 'the key "[redacted]" is bad');
});
