import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN_TOKEN, consoleAuthRig, consoleAuthRoutes, consoleAuthServer, GOOD_PASSWORD } from '../../../test/support/console-auth-rig.ts';
import { hashToken } from '../../security/hash-token.ts';
import { makeToken } from '../../security/tokens/make-token.ts';

const NEW_PASSWORD = 'another horse, another battery';

async function served(change: Parameters<typeof consoleAuthRig>[0] = {}) {
  const rig = await consoleAuthRig(change);
  return { rig, send: await consoleAuthServer(rig) };
}

async function withAda() {
  const { rig, send } = await served();
  const ada = await rig.addUser('ada', 'viewer');
  await rig.addUser('root');
  const signIn = (body: object = {}, headers: Record<string, string> = {}) =>
    send('POST', '/api/auth/login', { body: { username: 'ada', password: GOOD_PASSWORD, ...body }, headers });
  return { rig, send, ada, signIn };
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

test('a login gives the fields that clients of LLM Gateway read, and what is needed to carry on', async () => {
  const { send, ada, signIn } = await withAda();
  const { status, body, cookies } = await signIn();
  assert.deepEqual([status, cookies], [200, []]);
  assert.deepEqual(body.user, { id: ada.id, username: 'ada', role: 'viewer' });
  assert.match(body.expiresAt, /^2026-11-20T00:15:00\.000Z$/u);
  const profile = await send('GET', '/api/auth/profile', { headers: bearer(body.token) });
  assert.deepEqual([profile.body.user.username, profile.body.role, profile.body.csrfToken], ['ada', 'viewer', undefined]);
  assert.ok(profile.body.permissions.includes('providers:read') && !profile.body.permissions.includes('providers:write'));
  const next = await send('POST', '/api/auth/refresh', { body: { refreshToken: body.refreshToken } });
  assert.deepEqual([next.status, next.body.user.username], [200, 'ada']);
  assert.equal((await send('POST', '/api/auth/refresh', { body: { refreshToken: body.refreshToken } })).status, 401);
  assert.equal((await send('GET', '/api/auth/profile', { headers: bearer(next.body.token) })).status, 401);
});

test('a browser gets a cookie that no script reads and no other site sends, and a token for its changes', async () => {
  const { send, signIn } = await withAda();
  const plain = await signIn({ session: 'cookie' });
  assert.deepEqual([plain.body.token, plain.body.refreshToken], [undefined, undefined]);
  assert.match(plain.cookies[0] ?? '', /^headgate_session=hg-session-\w+; Path=\/; HttpOnly; SameSite=Strict$/u);
  const secure = await signIn({ session: 'cookie' }, { 'x-test-https': '1' });
  assert.match(secure.cookies[0] ?? '', /^__Host-headgate=hg-session-\w+; Path=\/; HttpOnly; SameSite=Strict; Secure$/u);

  const cookie = plain.cookies[0]?.split(';', 1)[0] ?? '';
  const profile = await send('GET', '/api/auth/profile', { headers: { cookie } });
  const logout = (headers: Record<string, string>) => send('POST', '/api/auth/logout', { headers: { cookie, ...headers } });
  const refusal = await logout({});
  assert.deepEqual([refusal.status, refusal.body.error.code], [403, 'csrf_failed']);
  assert.equal((await logout({ 'x-csrf-token': profile.body.csrfToken, 'sec-fetch-site': 'cross-site' })).status, 403);
  const done = await logout({ 'x-csrf-token': profile.body.csrfToken, 'sec-fetch-site': 'same-origin' });
  assert.deepEqual([done.status, done.cookies], [204, ['headgate_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0']]);
  assert.equal((await send('GET', '/api/auth/profile', { headers: { cookie } })).status, 401);
});

test('another site signs no browser in, and an old cookie keeps nobody from signing in', async () => {
  const { rig, send, signIn } = await withAda();
  assert.equal((await signIn({ session: 'cookie' }, { 'sec-fetch-site': 'cross-site' })).body.error.code, 'csrf_failed');
  const form = await send('POST', '/api/auth/login', { headers: { 'content-type': 'text/plain' } });
  assert.ok([400, 415].includes(form.status));
  const first = await signIn({ session: 'cookie' });
  const cookie = first.cookies[0]?.split(';', 1)[0] ?? '';
  assert.equal((await signIn({ session: 'cookie' }, { cookie })).status, 200);
  assert.equal(rig.archive.sessions.size, 2);
});

test('a session is never one that the client brought', async () => {
  const { signIn } = await withAda();
  const brought = makeToken('session');
  const answer = await signIn({ session: 'cookie' }, { cookie: `headgate_session=${brought}` });
  assert.ok(!answer.cookies.join().includes(brought));
});

test('logging out ends access token and refresh token at once', async () => {
  const { send, signIn } = await withAda();
  const { body } = await signIn();
  assert.equal((await send('POST', '/api/auth/logout', { headers: bearer(body.token) })).status, 204);
  assert.equal((await send('GET', '/api/auth/profile', { headers: bearer(body.token) })).status, 401);
  assert.equal((await send('POST', '/api/auth/refresh', { body: { refreshToken: body.refreshToken } })).status, 401);
});

test('too many failures are 429 with Retry-After, the same for users who do not exist', async () => {
  for (const username of ['ada', 'nobody']) {
    const { signIn } = await withAda();
    for (let index = 0; index < 5; index += 1) assert.equal((await signIn({ username, password: 'a wrong guess' })).status, 401);
    const { status, headers } = await signIn({ username, password: 'a wrong guess' });
    assert.deepEqual([status, headers['retry-after']], [429, '1']);
  }
});

test('null, missing and foreign fields are refused by their path, and a virtual key stands alone', async () => {
  const { signIn } = await withAda();
  const wrong: readonly (readonly [object, string])[] = [
    [{ password: null }, 'password'],
    [{ username: null }, 'username'],
    [{ password: ['x'] }, 'password'],
    [{ session: 'both' }, 'session'],
    [{ role: 'admin' }, 'role'],
    [{ virtualKey: '' }, 'virtualKey'],
    [{ virtualKey: makeToken('virtual-key') }, 'username'],
  ];
  for (const [body, path] of wrong) {
    const answer = await signIn(body);
    assert.deepEqual([answer.status, answer.body.error.problems?.[0]?.path], [400, path]);
  }
});

test('a virtual key sees its profile and signs out, and gets in nowhere else', async () => {
  const { rig, send } = await withAda();
  const virtualKey = makeToken('virtual-key');
  rig.callers.set('k1', { id: 'k1', name: 'ci', isEnabled: true, secretHash: hashToken(virtualKey) });
  const { body } = await send('POST', '/api/auth/login', { body: { virtualKey } });
  assert.deepEqual(body.user, { id: 'virtual-key:k1', username: 'ci', role: 'virtual-key' });
  for (const headers of [bearer(body.token), bearer(virtualKey)]) {
    const profile = await send('GET', '/api/auth/profile', { headers });
    assert.deepEqual([profile.status, profile.body.role, profile.body.permissions], [200, 'virtual-key', []]);
    for (const route of consoleAuthRoutes(rig)) {
      if (route.access === 'public' || route.access === 'own-usage') continue;
      const answer = await send(route.method as 'GET', route.path.replace(':id', 'x'), { headers, ...(route.method === 'GET' ? {} : { body: {} }) });
      assert.equal(answer.status, 403, `${route.method} ${route.path}`);
    }
  }
  assert.equal((await send('POST', '/api/auth/logout', { headers: bearer(body.token) })).status, 204);
  assert.equal((await send('GET', '/api/auth/profile', { headers: bearer(body.token) })).status, 401);
});

test('without credentials every route is 401 but those that open the door', async () => {
  const { rig, send } = await withAda();
  const open: string[] = [];
  for (const { method, path, access } of consoleAuthRoutes(rig)) {
    const answer = await send(method as 'GET', path.replace(':id', 'x'), method === 'GET' ? {} : { body: {} });
    if (access === 'public') open.push(`${method} ${path}`);
    else assert.equal(answer.status, 401, `${method} ${path}`);
  }
  assert.deepEqual(open.toSorted(), [
    'GET /api/auth/oidc/callback',
    'GET /api/auth/oidc/login',
    'GET /api/public-config',
    'POST /api/auth/login',
    'POST /api/auth/refresh',
    'POST /api/auth/register',
  ]);
});

test('a viewer and an operator read and change no users and no sessions of others', async () => {
  const { rig, send } = await withAda();
  await rig.addUser('omar', 'operator');
  for (const username of ['ada', 'omar']) {
    const { body } = await send('POST', '/api/auth/login', { body: { username, password: GOOD_PASSWORD } });
    for (const { method, path } of consoleAuthRoutes(rig)) {
      if (!path.startsWith('/api/admin/') && path !== '/api/auth/users') continue;
      const answer = await send(method as 'GET', path.replace(':id', 'x'), {
        headers: bearer(body.token),
        ...(method === 'GET' ? {} : { body: {} }),
      });
      assert.equal(answer.status, 403, `${method} ${path}`);
    }
  }
});

test('the setup link makes the first admin once, and the public configuration says when it waits', async () => {
  const { rig, send } = await served();
  const token = await rig.auth.firstStart.openSetup(false);
  const config = async () => (await send('GET', '/api/public-config')).body;
  assert.deepEqual(await config(), { allow_registration: false, setup_required: true, oidc: null });
  const body = { token, username: 'ada', password: GOOD_PASSWORD };
  assert.equal((await send('POST', '/api/auth/register', { body: { ...body, token: null } })).status, 401);
  const made = await send('POST', '/api/auth/register', { body });
  assert.deepEqual([made.status, made.body.user.role], [200, 'admin']);
  assert.equal((await send('GET', '/api/admin/users', { headers: bearer(made.body.token) })).status, 200);
  const again = await send('POST', '/api/auth/register', { body: { ...body, username: 'eve' } });
  assert.deepEqual([again.status, again.body.error.code], [403, 'registration_closed']);
  assert.deepEqual(await config(), { allow_registration: false, setup_required: false, oidc: null });
});

test('a change of the password answers with the session that goes on', async () => {
  const { send, signIn } = await withAda();
  const [{ body: here }, { body: there }] = [await signIn(), await signIn()];
  const changed = await send('POST', '/api/auth/password', {
    headers: bearer(here.token),
    body: { oldPassword: GOOD_PASSWORD, newPassword: NEW_PASSWORD },
  });
  assert.equal(changed.status, 200);
  const statuses = [];
  for (const { token } of [here, there, changed.body]) statuses.push((await send('GET', '/api/auth/profile', { headers: bearer(token) })).status);
  assert.deepEqual(statuses, [401, 401, 200]);
});

test('the admin token has no account of its own to change', async () => {
  const { send } = await withAda();
  const headers = { 'x-admin-token': ADMIN_TOKEN };
  assert.equal((await send('GET', '/api/auth/profile', { headers })).body.role, 'admin');
  const body = { oldPassword: GOOD_PASSWORD, newPassword: NEW_PASSWORD };
  assert.equal((await send('POST', '/api/auth/password', { headers, body })).status, 403);
  assert.equal((await send('GET', '/api/auth/sessions', { headers })).status, 403);
  assert.equal((await send('POST', '/api/auth/logout', { headers })).status, 204);
});

test('a second factor is set up, asked for, and taken off', async () => {
  const { rig, send, signIn } = await withAda();
  const { body: opened } = await signIn();
  const begun = await send('POST', '/api/auth/totp', { headers: bearer(opened.token), body: { password: GOOD_PASSWORD } });
  const confirmed = await send('POST', '/api/auth/totp/confirm', { headers: bearer(opened.token), body: { code: rig.code(begun.body.secret) } });
  assert.equal(confirmed.body.recoveryCodes.length, 10);
  const headers = bearer(confirmed.body.token);
  assert.equal((await send('GET', '/api/auth/profile', { headers })).body.secondFactor, true);
  const asked = await signIn();
  assert.deepEqual([asked.status, asked.body.error.code], [401, 'second_factor_required']);
  const [code] = confirmed.body.recoveryCodes;
  assert.equal((await signIn({ code })).status, 200);
  assert.equal((await signIn({ code })).status, 401);
  rig.pass(60_000);
  const off = await send('POST', '/api/auth/totp/disable', { headers, body: { password: GOOD_PASSWORD, code: rig.code(begun.body.secret) } });
  assert.equal(off.status, 200);
  assert.equal((await signIn()).status, 200);
});

test('no answer to a GET holds a secret', async () => {
  const { rig, send, ada } = await withAda();
  const { body } = await send('POST', '/api/auth/login', { body: { username: 'root', password: GOOD_PASSWORD } });
  await rig.users.update(ada.id, {
    secondFactor: { sealedSecret: 'sealed-text', isConfirmed: true, lastStep: 1, recoveryHashes: ['recovery-hash'] },
  });
  for (const { method, path } of consoleAuthRoutes(rig)) {
    if (method !== 'GET') continue;
    const text = JSON.stringify((await send('GET', path.replace(':id', ada.id), { headers: bearer(body.token) })).body);
    for (const hidden of ['argon2', 'sealed-text', 'recovery-hash', ADMIN_TOKEN, body.refreshToken])
      assert.ok(!text.includes(hidden), `${path} ${hidden}`);
  }
});
