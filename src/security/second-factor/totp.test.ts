import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBase32, encodeBase32 } from './base32.ts';
import { makeRecoveryCodes, spendRecoveryCode } from './recovery-codes.ts';
import { generateTotpSecret, otpauthUrl, totpCode, verifyTotp } from './totp.ts';

const RFC_SECRET = encodeBase32(Buffer.from('12345678901234567890'));
const NOW_MS = 1_763_600_015_000;
const STEP = Math.floor(NOW_MS / 30_000);

test('base32 is that of RFC 4648, and is read as people type it', () => {
  const vectors: [string, string][] = [
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ];
  for (const [plain, encoded] of vectors) {
    assert.equal(encodeBase32(Buffer.from(plain)), encoded);
    assert.equal(decodeBase32(encoded)?.toString(), plain);
  }
  assert.equal(decodeBase32('mzxw 6ytb-oi======')?.toString(), 'foobar');
  for (const text of ['MZXW1', 'MZ=XW', 'é', '0', 'MZXW6A', 'MZ']) assert.equal(decodeBase32(text), null, text);
});

test('codes are those of RFC 6238, appendix B', () => {
  const vectors: [number, string][] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ];
  for (const [seconds, code] of vectors) {
    assert.equal(totpCode(RFC_SECRET, Math.floor(seconds / 30), 8), code);
    assert.equal(verifyTotp(code.slice(2), { secret: RFC_SECRET, lastStep: null }, seconds * 1000), Math.floor(seconds / 30));
  }
});

test('codes are those of RFC 4226, appendix D', () => {
  const codes = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'];
  assert.deepEqual(
    codes.map((_, counter) => totpCode(RFC_SECRET, counter)),
    codes,
  );
});

test('the code of the step before and of the step after is taken, no other', () => {
  const taken = [-2, -1, 0, 1, 2].map((distance) =>
    verifyTotp(totpCode(RFC_SECRET, STEP + distance), { secret: RFC_SECRET, lastStep: null }, NOW_MS),
  );
  assert.deepEqual(taken, [null, STEP - 1, STEP, STEP + 1, null]);
});

test('a code is taken once, and none from before the last one', () => {
  const secret = RFC_SECRET;
  const step = verifyTotp(totpCode(secret, STEP), { secret, lastStep: null }, NOW_MS);
  assert.equal(step, STEP);
  assert.equal(verifyTotp(totpCode(secret, STEP), { secret, lastStep: step }, NOW_MS), null);
  assert.equal(verifyTotp(totpCode(secret, STEP - 1), { secret, lastStep: step }, NOW_MS), null);
  assert.equal(verifyTotp(totpCode(secret, STEP + 1), { secret, lastStep: step }, NOW_MS), STEP + 1);
});

test('what is no code of six digits is wrong, spaces between the digits are not', () => {
  const state = { secret: RFC_SECRET, lastStep: null };
  const code = totpCode(RFC_SECRET, STEP);
  for (const typed of ['', '0', `${code}0`, code.slice(1), 'abcdef', '１２３４５６', ' '.repeat(6), `${code}\u0000`]) {
    assert.equal(verifyTotp(typed, state, NOW_MS), null, typed);
  }
  assert.equal(verifyTotp(` ${code.slice(0, 3)} ${code.slice(3)} `, state, NOW_MS), STEP);
});

test('a secret has 160 bits, is new each time, and one that is broken is told without showing it', () => {
  assert.match(generateTotpSecret(), /^[A-Z2-7]{32}$/u);
  assert.notEqual(generateTotpSecret(), generateTotpSecret());
  assert.throws(
    () => totpCode('canary!', 1),
    (error: Error) => /set the second factor up again/u.test(error.message) && !error.message.includes('canary'),
  );
  assert.throws(() => totpCode('', 1));
});

test('the address for authenticator apps carries issuer and user, escaped', () => {
  const url = new URL(otpauthUrl(RFC_SECRET, 'a b:c&d', 'My Gate'));
  assert.equal(url.href, `otpauth://totp/My%20Gate:a%20b%3Ac%26d?secret=${RFC_SECRET}&issuer=My%20Gate&algorithm=SHA1&digits=6&period=30`);
});

test('ten recovery codes are made, of which only hashes are kept', () => {
  const { codes, hashes } = makeRecoveryCodes();
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) assert.match(code, /^(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}$/u);
  for (const kept of hashes) assert.match(kept, /^[0-9a-f]{64}$/u);
});

test('a recovery code opens once, however it is typed', () => {
  const { codes, hashes } = makeRecoveryCodes();
  const left = spendRecoveryCode(` ${codes[3]!.toLowerCase().replaceAll('-', ' ')} `, hashes);
  assert.deepEqual(
    left,
    hashes.filter((_, index) => index !== 3),
  );
  assert.equal(spendRecoveryCode(codes[3]!, left!), null);
  assert.equal(spendRecoveryCode(codes[4]!, left!)?.length, 8);
});

test('wrong recovery codes open nothing', () => {
  const { codes, hashes } = makeRecoveryCodes();
  for (const code of ['', 'ABCD', hashes[0]!, makeRecoveryCodes().codes[0]!, codes[0]!.slice(0, -1), `${codes[0]!}A`, `${codes[0]!}-AAAA`]) {
    assert.equal(spendRecoveryCode(code, hashes), null);
  }
  assert.equal(spendRecoveryCode(codes[0]!, []), null);
  assert.equal(spendRecoveryCode(codes[0]!, ['', 'x']), null);
});
