import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redactor } from '../redactor.ts';
import { inspectToken } from './inspect-token.ts';
import { makeToken } from './make-token.ts';
import { previewSecret } from './preview-secret.ts';
import { TOKEN_ALPHABET, tokenChecksum } from './token-checksum.ts';
import { TOKEN_PREFIXES, type TokenKind } from './token-kinds.ts';

const KINDS = Object.keys(TOKEN_PREFIXES) as TokenKind[];

test('a virtual key is hg- with 49 letters and digits, and never the same', () => {
  const keys = new Set(Array.from({ length: 2000 }, () => makeToken('virtual-key')));
  assert.equal(keys.size, 2000);
  for (const key of keys) assert.match(key, /^hg-[0-9A-Za-z]{49}$/u);
});

test('every character is as frequent as any other', () => {
  const counts = new Map(Array.from(TOKEN_ALPHABET, (character) => [character, 0]));
  const tokens = 4000;
  for (let index = 0; index < tokens; index += 1) {
    for (const character of makeToken('virtual-key').slice(3, 46)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const expected = (tokens * 43) / 62;
  // Eight standard deviations: a fair source leaves them once in 10^13 runs. Without rejection the first eight are a quarter too frequent.
  const tolerance = 8 * Math.sqrt(expected);
  for (const [character, count] of counts) assert.ok(Math.abs(count - expected) < tolerance, `${character}: ${count} of ${expected}`);
});

test('each kind is known by its prefix, and no kind passes for another', () => {
  for (const kind of KINDS) assert.deepEqual(inspectToken(makeToken(kind)), { look: 'whole', kind });
  assert.deepEqual(inspectToken('sk-proj-abcdef'), { look: 'foreign', kind: null });
  assert.deepEqual(inspectToken(''), { look: 'foreign', kind: null });
  assert.deepEqual(inspectToken('hg-'), { look: 'mistyped', kind: 'virtual-key' });
});

test('one wrong, missing, doubled or swapped character is recognised as a typo', () => {
  const token = makeToken('virtual-key');
  for (let at = 3; at < token.length; at += 1) {
    const wrong = token[at] === 'x' ? 'y' : 'x';
    const typos = [
      token.slice(0, at) + wrong + token.slice(at + 1),
      token.slice(0, at) + token.slice(at + 1),
      token.slice(0, at) + token[at] + token.slice(at),
    ];
    if (at + 1 < token.length && token[at] !== token[at + 1]) typos.push(token.slice(0, at) + token[at + 1] + token[at] + token.slice(at + 2));
    for (const typo of typos) assert.equal(inspectToken(typo).look, 'mistyped', typo);
  }
});

test('the checksum of a text is always the same', () => {
  assert.equal(tokenChecksum('hg-'.padEnd(46, 'a')), tokenChecksum('hg-'.padEnd(46, 'a')));
  assert.equal(tokenChecksum(''), '000000');
  assert.notEqual(tokenChecksum('a'), tokenChecksum('b'));
});

test('texts that people read hold no token: the redactor knows them by their beginning', () => {
  const redactor = new Redactor();
  for (const kind of KINDS) {
    const token = makeToken(kind);
    assert.equal(redactor.redact(`got ${token}, sorry`), 'got [redacted], sorry');
  }
});

test('a preview shows four characters at either end of ours, and nothing of short secrets', () => {
  const token = makeToken('virtual-key');
  assert.equal(previewSecret(token), `hg-${token.slice(3, 7)}…${token.slice(-4)}`);
  assert.match(previewSecret(makeToken('agent')), /^hg-agent-\w{4}…\w{4}$/u);
  assert.equal(previewSecret('sk-0123456789abcdef0123456789'), 'sk-…6789');
  for (const secret of ['', 'short', '0123456789abcdef0123456']) assert.equal(previewSecret(secret), '…');
});
