import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { AccessTokens } from './access-tokens.ts';
import { generateJwtSecret, weaknessOfJwtSecret } from './jwt-secret.ts';

const SECRET = generateJwtSecret();
const NOW_MS = 1_763_600_000_000;
const NOW = NOW_MS / 1000;
const SUBJECT = { userId: 'u1', sessionId: 's1', role: 'operator', accountVersion: 3 } as const;
const HEADER = { alg: 'HS256', typ: 'at+jwt' };
const PAYLOAD = { iss: 'headgate', aud: 'headgate-admin', sub: 'u1', sid: 's1', role: 'admin', ver: 3, jti: 'j1', iat: NOW, exp: NOW + 900 };

function tokensAt(nowMs: number, secret = SECRET): AccessTokens {
  return new AccessTokens({ secret, nowMs: () => nowMs, newId: () => 'j1' });
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as somebody else would write it. */
function forge(header: object, payload: object, { secret = SECRET, hash = 'sha256' } = {}): string {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
}

test('an access token says who, in which session and role, and for how long', async () => {
  const { token, expiresAtMs } = await tokensAt(NOW_MS).issue(SUBJECT);
  assert.equal(expiresAtMs, NOW_MS + 15 * 60_000);
  assert.deepEqual(await tokensAt(NOW_MS).verify(token), { ...SUBJECT, tokenId: 'j1', expiresAtMs });
  const [header, payload] = token.split('.', 2).map((part): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
  assert.deepEqual(header, HEADER);
  assert.deepEqual(payload, { ...PAYLOAD, role: 'operator' });
});

test('a token is good for a quarter of an hour, and not before its time', async () => {
  const { token } = await tokensAt(NOW_MS).issue(SUBJECT);
  assert.notEqual(await tokensAt(NOW_MS + 899_000).verify(token), null);
  assert.equal(await tokensAt(NOW_MS + 906_000).verify(token), null);
  assert.notEqual(await tokensAt(NOW_MS - 5000).verify(token), null);
  assert.equal(await tokensAt(NOW_MS - 6000).verify(token), null);
});

test('a token that was made by hand as ours are is taken: what follows fails for its one difference', async () => {
  assert.equal((await tokensAt(NOW_MS).verify(forge(HEADER, PAYLOAD)))?.role, 'admin');
});

test('other algorithms, none of them all, and other types are refused', async () => {
  const unsigned = `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(PAYLOAD)}.`;
  const tokens = [
    unsigned,
    unsigned.slice(0, -1),
    forge({ alg: 'none', typ: 'at+jwt' }, PAYLOAD),
    forge({ alg: 'HS512', typ: 'at+jwt' }, PAYLOAD, { hash: 'sha512' }),
    forge({ alg: 'HS384', typ: 'at+jwt' }, PAYLOAD, { hash: 'sha384' }),
    forge({ alg: 'RS256', typ: 'at+jwt' }, PAYLOAD),
    forge({ alg: 'HS256', typ: 'JWT' }, PAYLOAD),
    forge({ alg: 'HS256' }, PAYLOAD),
    forge({ ...HEADER, crit: ['exp'] }, PAYLOAD),
    forge({ ...HEADER, b64: false, crit: ['b64'] }, PAYLOAD),
  ];
  for (const token of tokens) assert.equal(await tokensAt(NOW_MS).verify(token), null, token);
});

test('a token of another secret, issuer or audience is refused', async () => {
  for (const token of [
    forge(HEADER, PAYLOAD, { secret: generateJwtSecret() }),
    forge(HEADER, PAYLOAD, { secret: ' ' }),
    forge(HEADER, { ...PAYLOAD, iss: 'other' }),
    forge(HEADER, { ...PAYLOAD, aud: 'other' }),
    forge(HEADER, { ...PAYLOAD, aud: ['other'] }),
  ]) {
    assert.equal(await tokensAt(NOW_MS).verify(token), null, token);
  }
});

test('a token without one of its claims, or with one of another type, is refused', async () => {
  for (const name of Object.keys(PAYLOAD)) {
    const without: Record<string, unknown> = { ...PAYLOAD };
    delete without[name];
    assert.equal(await tokensAt(NOW_MS).verify(forge(HEADER, without)), null, `without ${name}`);
    assert.equal(await tokensAt(NOW_MS).verify(forge(HEADER, { ...PAYLOAD, [name]: null })), null, `null ${name}`);
    assert.equal(await tokensAt(NOW_MS).verify(forge(HEADER, { ...PAYLOAD, [name]: {} })), null, `object ${name}`);
  }
  for (const change of [{ role: 'root' }, { ver: '3' }, { exp: NOW + 9e9, iat: NOW - 901 - 5 }]) {
    assert.equal(await tokensAt(NOW_MS).verify(forge(HEADER, { ...PAYLOAD, ...change })), null, JSON.stringify(change));
  }
});

test('changed, cut and endless texts are refused', async () => {
  const { token } = await tokensAt(NOW_MS).issue(SUBJECT);
  const parts = token.split('.');
  const raised = [parts[0], encode({ ...PAYLOAD, role: 'admin' }), parts[2]].join('.');
  for (const text of ['', '.', '..', 'null', raised, token.slice(0, -2), parts.slice(0, 2).join('.'), `${token}.x`, 'x'.repeat(1e6)]) {
    assert.equal(await tokensAt(NOW_MS).verify(text), null, text.slice(0, 40));
  }
});

test('a generated secret may sign, and short, repeated and known ones may not', () => {
  for (let index = 0; index < 200; index += 1) assert.equal(weaknessOfJwtSecret(generateJwtSecret()), null);
  assert.equal(weaknessOfJwtSecret('9f2c51e07ab4d3861e0f5a7b9cdd24683170c2e5'), null);
  for (const secret of ['', 'secret', 'k'.repeat(31), 'Xq7-Zp2_Vm9.Lk4'])
    assert.match(weaknessOfJwtSecret(secret) ?? '', /^is (?:shorter than 32 bytes|a well-known)/u, secret);
  for (const secret of ['a'.repeat(64), 'abcabcabc'.repeat(8)]) assert.match(weaknessOfJwtSecret(secret) ?? '', /^repeats/u);
  for (const secret of [
    'your-secret-key',
    'your-secret-key-change-this-in-production',
    'your-super-secret-jwt-key-change-this-in-production',
    'change-this-to-a-long-random-string-of-characters',
    'please-change-me-please-change-me-1234',
    'this-is-an-example-secret-of-enough-length',
    'random-string-of-at-least-32-characters-long',
  ]) {
    assert.match(weaknessOfJwtSecret(secret) ?? '', /^is a well-known example value/u, secret);
  }
});
