import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { generateMasterKey, parseMasterKey, serialiseMasterKey } from './master-key.ts';

const HEX = '9f2c51e07ab4d3861e0f5a7b9cdd24683170c2e5f8a69b0d4e1c73fa8852b6d9';
const BYTES = Buffer.from(HEX, 'hex');

test('the same 32 bytes are read from hex, from base64 and from its URL form, with or without padding', () => {
  const forms = [HEX, HEX.toUpperCase(), BYTES.toString('base64'), BYTES.toString('base64url'), ` ${BYTES.toString('base64').replace('=', '')}\n`];
  for (const form of forms) {
    assert.deepEqual(parseMasterKey(form, 'X').key.export(), BYTES, form);
    assert.equal(parseMasterKey(form, 'X').id, parseMasterKey(HEX, 'X').id);
  }
});

test('a generated key is new each time, and is read back from its text', () => {
  const [one, two] = [generateMasterKey(), generateMasterKey()];
  assert.notEqual(one.id, two.id);
  assert.deepEqual(parseMasterKey(serialiseMasterKey(one), 'X').key.export(), one.key.export());
});

test('what is not 32 bytes is refused with the place and what to do, without the text', () => {
  for (const text of [
    '',
    'correct horse battery staple',
    HEX.slice(2),
    `${HEX}00`,
    BYTES.subarray(1).toString('base64'),
    `${BYTES.toString('base64')}=`,
  ]) {
    assert.throws(
      () => parseMasterKey(text, 'HEADGATE_MASTER_KEY'),
      (error: Error) =>
        /^HEADGATE_MASTER_KEY is not a master key: .*openssl rand -base64 32/u.test(error.message) && (text === '' || !error.message.includes(text)),
    );
  }
});

test('keys that somebody could guess are refused', () => {
  const steps = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 3));
  for (const text of [
    '00'.repeat(32),
    '0123456789abcdef'.repeat(4),
    steps.toString('hex'),
    Buffer.from('secret'.repeat(6).slice(0, 32)).toString('base64'),
  ]) {
    assert.throws(() => parseMasterKey(text, 'X'), /X is not random/u);
  }
});

test('neither logging nor JSON shows the key', () => {
  const key = parseMasterKey(HEX, 'X');
  const shown = inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key);
  for (const form of [HEX, BYTES.toString('base64'), BYTES.toString('base64url')]) assert.ok(!shown.includes(form.slice(0, 12)));
});
