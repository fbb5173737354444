import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN_TOKEN, consoleAuthRig, type ConsoleAuthRig } from '../../../test/support/console-auth-rig.ts';
import { hashToken } from '../../security/hash-token.ts';
import { makeToken } from '../../security/tokens/make-token.ts';
import { OperationError } from '../operation-error.ts';

type Headers = Record<string, string>;

async function nameFor({ auth }: ConsoleAuthRig, headers: Headers, method = 'GET', isSecure = false): Promise<string> {
  try {
    const principal = await auth.reader.authenticate({ method, headers, isSecure });
    return principal.kind === 'nobody' ? 'nobody' : `${principal.kind} ${principal.name}`;
  } catch (error) {
    if (error instanceof OperationError) return error.code;
    throw error;
  }
}

async function signedIn() {
  const rig = await consoleAuthRig();
  await rig.addUser('ada', 'operator');
  await rig.addUser('root');
  const secret = makeToken('virtual-key');
  rig.callers.set('k1', { id: 'k1', name: 'ci', isEnabled: true, secretHash: hashToken(secret) });
  const tokens = await rig.login('ada');
  const browser = await rig.login('ada', { kind: 'cookie' });
  assert.ok(tokens.kind === 'refresh' && browser.kind === 'cookie');
  return { rig, secret, tokens, browser, cookie: `headgate_session=${browser.cookie}` };
}

test('knows access tokens, the admin token in both headers, virtual keys and the cookie', async () => {
  const { rig, secret, tokens, cookie } = await signedIn();
  assert.equal(await nameFor(rig, { authorization: `Bearer ${tokens.token}` }), 'user ada');
  assert.equal(await nameFor(rig, { authorization: `bearer ${ADMIN_TOKEN}` }), 'admin-token admin token');
  assert.equal(await nameFor(rig, { 'x-admin-token': ADMIN_TOKEN }), 'admin-token admin token');
  assert.equal(await nameFor(rig, { authorization: `Bearer ${secret}` }), 'virtual-key ci');
  assert.equal(await nameFor(rig, { cookie }), 'user ada');
});

test('the first credential counts: several right ones are fine, a wrong first one is nobody', async () => {
  const { rig, tokens, cookie } = await signedIn();
  const bearer = `Bearer ${tokens.token}`;
  assert.equal(await nameFor(rig, { authorization: bearer, 'x-admin-token': ADMIN_TOKEN, cookie }), 'user ada');
  assert.equal(await nameFor(rig, { authorization: 'Bearer wrong', 'x-admin-token': ADMIN_TOKEN, cookie }), 'nobody');
  assert.equal(await nameFor(rig, { authorization: `Basic ${ADMIN_TOKEN}`, 'x-admin-token': ADMIN_TOKEN }), 'nobody');
  assert.equal(await nameFor(rig, { 'x-admin-token': 'wrong', cookie }), 'nobody');
  assert.equal(await nameFor(rig, { 'x-admin-token': '', cookie }), 'nobody');
});

test('takes secrets from nowhere else', async () => {
  const { rig, secret } = await signedIn();
  for (const name of ['x-api-key', 'x-goog-api-key', 'x-proxy-key', 'x-admin-key', 'proxy-authorization'])
    for (const value of [ADMIN_TOKEN, secret]) assert.equal(await nameFor(rig, { [name]: value }), 'nobody');
});

test('empty, null and undefined tokens are nobody, also where no admin token is set', async () => {
  const nothings = ['', ' ', 'null', 'undefined', 'NaN', '[object Object]', '0', 'false', 'true', '""', '..', 'hg-', 'hg-session-'];
  for (const adminToken of [null, '', ADMIN_TOKEN]) {
    const rig = await consoleAuthRig({ adminToken });
    await rig.addUser('ada');
    for (const nothing of nothings) {
      assert.equal(await nameFor(rig, { authorization: nothing }), 'nobody');
      assert.equal(await nameFor(rig, { authorization: `Bearer ${nothing}` }), 'nobody');
      assert.equal(await nameFor(rig, { 'x-admin-token': nothing }), 'nobody');
      assert.equal(await nameFor(rig, { cookie: `headgate_session=${nothing}` }), 'nobody');
    }
    assert.equal(await nameFor(rig, {}), 'nobody');
  }
});

test('tokens of one kind do not pass as another kind', async () => {
  const { rig, tokens, browser } = await signedIn();
  assert.equal(await nameFor(rig, { authorization: `Bearer ${browser.cookie}` }), 'nobody');
  assert.equal(await nameFor(rig, { authorization: `Bearer ${tokens.refreshToken}` }), 'nobody');
  assert.equal(await nameFor(rig, { cookie: `headgate_session=${tokens.token}` }), 'nobody');
  assert.equal(await nameFor(rig, { cookie: `headgate_session=${tokens.refreshToken}` }), 'nobody');
  assert.equal(await nameFor(rig, { cookie: `headgate_session=${ADMIN_TOKEN}` }), 'nobody');
});

test('role and state come from the account as it is now, not from the token', async () => {
  const { rig, tokens, cookie } = await signedIn();
  const ada = (await rig.users.findByName('ada'))!;
  await rig.users.update(ada.id, { role: 'viewer' });
  assert.equal(await nameFor(rig, { authorization: `Bearer ${tokens.token}` }), 'nobody');
  assert.equal(await nameFor(rig, { cookie }), 'nobody');
  const again = await rig.login('ada');
  assert.ok(again.kind === 'refresh');
  await rig.users.update(ada.id, { name: 'grace' });
  assert.equal(await nameFor(rig, { authorization: `Bearer ${again.token}` }), 'user grace');
  await rig.users.update(ada.id, { isEnabled: false });
  assert.equal(await nameFor(rig, { authorization: `Bearer ${again.token}` }), 'nobody');
});

test('an access token ends with its quarter of an hour, and a cookie with half an hour of silence', async () => {
  const { rig, tokens, cookie } = await signedIn();
  rig.pass(15 * 60_000 + 6000);
  assert.equal(await nameFor(rig, { authorization: `Bearer ${tokens.token}` }), 'nobody');
  assert.equal(await nameFor(rig, { cookie }), 'user ada');
  rig.pass(30 * 60_000);
  assert.equal(await nameFor(rig, { cookie }), 'nobody');
});

test('a disabled virtual key is nobody', async () => {
  const { rig, secret } = await signedIn();
  rig.callers.set('k1', { id: 'k1', name: 'ci', isEnabled: false, secretHash: hashToken(secret) });
  assert.equal(await nameFor(rig, { authorization: `Bearer ${secret}` }), 'nobody');
});

test('on https the cookie has the name that other hosts cannot plant, and the other name is not looked at', async () => {
  const { rig, browser } = await signedIn();
  assert.equal(await nameFor(rig, { cookie: `__Host-headgate=${browser.cookie}` }, 'GET', true), 'user ada');
  assert.equal(await nameFor(rig, { cookie: `headgate_session=${browser.cookie}` }, 'GET', true), 'nobody');
  assert.equal(await nameFor(rig, { cookie: `__Host-headgate=${browser.cookie}` }, 'GET', false), 'nobody');
});

test('two cookies of the name that differ are nobody: one of them was planted', async () => {
  const { rig, browser, cookie } = await signedIn();
  const other = await rig.login('root', { kind: 'cookie' });
  assert.ok(other.kind === 'cookie');
  assert.equal(await nameFor(rig, { cookie: `a=b; ${cookie};${cookie}` }), 'user ada');
  assert.equal(await nameFor(rig, { cookie: `headgate_session=${other.cookie}; headgate_session=${browser.cookie}` }), 'nobody');
});

test('with the cookie every change needs the token of its session, and the console as its origin', async () => {
  const { rig, browser, cookie } = await signedIn();
  const other = await rig.login('ada', { kind: 'cookie' });
  assert.ok(other.kind === 'cookie');
  const csrf = browser.csrfToken;
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const attempts: readonly (readonly [Headers, string])[] = [
      [{}, 'csrf_failed'],
      [{ 'x-csrf-token': '' }, 'csrf_failed'],
      [{ 'x-csrf-token': 'null' }, 'csrf_failed'],
      [{ 'x-csrf-token': other.csrfToken }, 'csrf_failed'],
      [{ 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' }, 'csrf_failed'],
      [{ 'x-csrf-token': csrf, 'sec-fetch-site': 'same-site' }, 'csrf_failed'],
      [{ 'x-csrf-token': csrf }, 'user ada'],
      [{ 'x-csrf-token': csrf, 'sec-fetch-site': 'same-origin' }, 'user ada'],
      [{ 'x-csrf-token': csrf, 'sec-fetch-site': 'none' }, 'user ada'],
    ];
    for (const [headers, expected] of attempts) assert.equal(await nameFor(rig, { cookie, ...headers }, method), expected, method);
  }
  for (const method of ['GET', 'HEAD']) assert.equal(await nameFor(rig, { cookie }, method), 'user ada');
  assert.equal(await nameFor(rig, { cookie: 'headgate_session=wrong' }, 'POST'), 'nobody');
});

test('programs with a token need no CSRF token', async () => {
  const { rig, tokens } = await signedIn();
  assert.equal(await nameFor(rig, { authorization: `Bearer ${tokens.token}`, 'sec-fetch-site': 'cross-site' }, 'DELETE'), 'user ada');
});
