import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import { aProvider } from '../../../../test/support/snapshot-literals.ts';
import { GoogleTokens, type PostForm } from './google-tokens.ts';
import { TokenFailure } from './token-failure.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const SECRET = JSON.stringify({
  type: 'service_account',
  client_email: 'robot@project.iam.gserviceaccount.com',
  private_key_id: 'key-7',
  private_key: PEM,
  token_uri: 'https://tokens.test/token',
});
const PROVIDER = aProvider('vertex');
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** A token endpoint that counts, and a clock that stands still. */
class Rig {
  nowMs = 1_800_000_000_000;
  readonly forms: { readonly url: string; readonly form: URLSearchParams }[] = [];
  answer: (index: number) => { status: number; body: string } = (index) => ({
    status: 200,
    body: JSON.stringify({ access_token: `ya29.${index}`, expires_in: 3600, token_type: 'Bearer' }),
  });
  readonly tokens: GoogleTokens;
  readonly told: string[] = [];

  constructor() {
    const post: PostForm = async (_, url, form) => {
      this.forms.push({ url, form: new URLSearchParams(form) });
      return this.answer(this.forms.length);
    };
    this.tokens = new GoogleTokens(
      post,
      () => this.nowMs,
      (token) => this.told.push(token),
    );
  }
}

test('asks the account’s own endpoint with an assertion signed by its key', async () => {
  const rig = new Rig();
  assert.equal(await rig.tokens.obtain(PROVIDER, SECRET, SCOPE), 'ya29.1');
  const { url, form } = rig.forms[0] ?? assert.fail();
  assert.equal(url, 'https://tokens.test/token');
  assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), { alg: 'RS256', typ: 'JWT', kid: 'key-7' });
  assert.deepEqual(JSON.parse(Buffer.from(claims, 'base64url').toString()), {
    iss: 'robot@project.iam.gserviceaccount.com',
    scope: SCOPE,
    aud: 'https://tokens.test/token',
    iat: 1_800_000_000,
    exp: 1_800_003_600,
  });
  assert.equal(verify('sha256', Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, 'base64url')), true);
});

test('takes the JSON in base64 too', async () => {
  const rig = new Rig();
  assert.equal(await rig.tokens.obtain(PROVIDER, Buffer.from(SECRET).toString('base64'), SCOPE), 'ya29.1');
});

test('all who wait for one token share one call', async () => {
  const rig = new Rig();
  assert.deepEqual(await Promise.all([rig.tokens.obtain(PROVIDER, SECRET, SCOPE), rig.tokens.obtain(PROVIDER, SECRET, SCOPE)]), ['ya29.1', 'ya29.1']);
  assert.equal(rig.forms.length, 1);
});

test('keeps a token until a minute before its end', async () => {
  const rig = new Rig();
  assert.equal(rig.tokens.current(PROVIDER, SECRET, SCOPE), null);
  await rig.tokens.obtain(PROVIDER, SECRET, SCOPE);
  rig.nowMs += 3000 * 1000;
  assert.equal(await rig.tokens.obtain(PROVIDER, SECRET, SCOPE), 'ya29.1');
  assert.equal(rig.forms.length, 1);
  rig.nowMs += 540 * 1000;
  assert.equal(rig.tokens.current(PROVIDER, SECRET, SCOPE), null);
  assert.equal(await rig.tokens.obtain(PROVIDER, SECRET, SCOPE), 'ya29.2');
});

test('fetches the next token behind the back of requests, once, in the minutes before the end', async () => {
  const rig = new Rig();
  await rig.tokens.obtain(PROVIDER, SECRET, SCOPE);
  rig.nowMs += 3301 * 1000;
  assert.equal(rig.tokens.current(PROVIDER, SECRET, SCOPE), 'ya29.1');
  assert.equal(rig.tokens.current(PROVIDER, SECRET, SCOPE), 'ya29.1');
  assert.equal(rig.forms.length, 2);
  await new Promise(setImmediate);
  assert.equal(rig.tokens.current(PROVIDER, SECRET, SCOPE), 'ya29.2');
});

test('a refresh that fails leaves the old token in service, and is tried again after a pause', async () => {
  const rig = new Rig();
  await rig.tokens.obtain(PROVIDER, SECRET, SCOPE);
  rig.answer = () => ({ status: 503, body: '' });
  rig.nowMs += 3301 * 1000;
  rig.tokens.current(PROVIDER, SECRET, SCOPE);
  await new Promise(setImmediate);
  assert.equal(rig.tokens.current(PROVIDER, SECRET, SCOPE), 'ya29.1');
  assert.equal(rig.forms.length, 2);
  rig.nowMs += 10_000;
  assert.equal(rig.tokens.current(PROVIDER, SECRET, SCOPE), 'ya29.1');
  assert.equal(rig.forms.length, 3);
});

test('a token of a short life is used for half of it, and not fetched with every request', async () => {
  const rig = new Rig();
  rig.answer = (index) => ({ status: 200, body: JSON.stringify({ access_token: `short.${index}`, expires_in: 20 }) });
  await rig.tokens.obtain(PROVIDER, SECRET, SCOPE);
  rig.nowMs += 4_999;
  assert.equal(rig.tokens.current(PROVIDER, SECRET, SCOPE), 'short.1');
  assert.equal(rig.forms.length, 1);
  rig.answer = () => ({ status: 500, body: '' });
  rig.nowMs += 5_000;
  assert.equal(rig.tokens.current(PROVIDER, SECRET, SCOPE), 'short.1');
  await new Promise(setImmediate);
  rig.nowMs += 1;
  assert.equal(rig.tokens.current(PROVIDER, SECRET, SCOPE), null);
});

test('a token that an upstream refused is not used again', async () => {
  const rig = new Rig();
  await rig.tokens.obtain(PROVIDER, SECRET, SCOPE);
  rig.tokens.forget(SECRET, SCOPE, 'ya29.1');
  assert.equal(await rig.tokens.obtain(PROVIDER, SECRET, SCOPE), 'ya29.2');
  rig.tokens.forget(SECRET, SCOPE, 'ya29.1');
  assert.equal(rig.tokens.current(PROVIDER, SECRET, SCOPE), 'ya29.2', 'a late refusal of the old token leaves the new one');
});

test('a token is kept for its scope, and all of them are told to the redactor', async () => {
  const rig = new Rig();
  await rig.tokens.obtain(PROVIDER, SECRET, SCOPE);
  await rig.tokens.obtain(PROVIDER, SECRET, 'https://www.googleapis.com/auth/other');
  assert.deepEqual(rig.told, ['ya29.1', 'ya29.2']);
});

test('failures say of what kind they are, without a secret or a word of the answer, and are not kept', async () => {
  const rig = new Rig();
  for (const [status, kind] of [
    [400, 'auth-rejected'],
    [401, 'auth-rejected'],
    [429, 'rate-limited'],
    [500, 'upstream-error'],
    [200, 'malformed'],
  ] as const) {
    rig.answer = () => ({ status, body: '{"error":"invalid_grant","error_description":"robot@project"}' });
    await assert.rejects(rig.tokens.obtain(PROVIDER, SECRET, SCOPE), (error) => {
      assert.ok(error instanceof TokenFailure);
      assert.deepEqual([error.kind, error.status], [kind, status]);
      assert.doesNotMatch(error.message, /robot|invalid_grant|PRIVATE/u);
      return true;
    });
  }
  const unreachable = new GoogleTokens(
    () => Promise.reject(new Error('connect ECONNREFUSED')),
    () => 0,
    () => assert.fail('no token came'),
  );
  await assert.rejects(unreachable.obtain(PROVIDER, SECRET, SCOPE), { kind: 'transport', status: 0 });
  rig.answer = () => ({ status: 200, body: '{"access_token":"good"}' });
  assert.equal(await rig.tokens.obtain(PROVIDER, SECRET, SCOPE), 'good');
});

test('a token that could break out of its header is none', async () => {
  const rig = new Rig();
  rig.answer = () => ({ status: 200, body: JSON.stringify({ access_token: 'a\r\nx: y', expires_in: 10 }) });
  await assert.rejects(rig.tokens.obtain(PROVIDER, SECRET, SCOPE), { kind: 'malformed' });
});
