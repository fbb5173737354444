import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { consoleAuthRig, consoleAuthServer, whoIs, type ConsoleAuthRig } from '../../../../test/support/console-auth-rig.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  startMockIdentityProvider,
  type MockIdentityProvider,
  type ProviderFault,
} from '../../../../test/support/mock-identity-provider.ts';
import type { OidcConfig } from '../../../config/admin-access.ts';

const HOST = '127.0.0.1:8787';

let provider: MockIdentityProvider;
before(async () => {
  provider = await startMockIdentityProvider();
});
beforeEach(() => {
  Object.assign(provider, { claims: { preferred_username: 'ada', groups: ['staff'] }, fault: 'none', outages: 0 });
});
after(() => provider.close());

async function rigWith(change: Partial<OidcConfig> = {}) {
  const oidc: OidcConfig = {
    issuer: provider.issuer,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    scopes: 'openid profile',
    roleClaim: 'groups',
    roleMap: { staff: 'viewer', ops: 'operator', boss: 'admin' },
    defaultRole: null,
    label: 'Company login',
    ...change,
  };
  const rig = await consoleAuthRig({ oidc });
  return { rig, send: await consoleAuthServer(rig) };
}

type Send = Awaited<ReturnType<typeof consoleAuthServer>>;

async function leave(send: Send, headers: Record<string, string> = {}) {
  const answer = await send('GET', '/api/auth/oidc/login', { headers: { host: HOST, ...headers } });
  const [cookie = ''] = answer.cookies;
  return { answer, location: String(answer.headers.location), cookie: cookie.split(';', 1)[0] ?? '', setCookie: cookie };
}

function comeBack(send: Send, url: URL, cookie: string, headers: Record<string, string> = {}) {
  return send('GET', url.pathname + url.search, { headers: { host: HOST, cookie, ...headers } });
}

async function signIn(send: Send) {
  const { location, cookie } = await leave(send);
  return comeBack(send, provider.agree(location), cookie);
}

/** The name behind the session cookie of an answer. */
async function whoCame(rig: ConsoleAuthRig, cookies: readonly string[]): Promise<string> {
  const cookie =
    cookies
      .find((text) => text.startsWith('headgate_session='))
      ?.split(';', 1)[0]
      ?.slice('headgate_session='.length) ?? '';
  return whoIs(rig, { kind: 'cookie', cookie, csrfToken: '', sessionId: '', user: { id: '', username: '', role: 'viewer' } });
}

test('sends the browser to the provider with state, nonce and PKCE, which it keeps in a cookie for ten minutes', async () => {
  const { send } = await rigWith();
  const { answer, location, setCookie } = await leave(send);
  const { searchParams, origin } = new URL(location);
  assert.deepEqual([answer.status, origin], [302, provider.issuer]);
  for (const name of ['state', 'nonce', 'code_challenge']) assert.ok((searchParams.get(name) ?? '').length >= 43, name);
  assert.deepEqual(
    ['response_type', 'code_challenge_method', 'scope', 'redirect_uri', 'client_id'].map((name) => searchParams.get(name)),
    ['code', 'S256', 'openid profile', `http://${HOST}/api/auth/oidc/callback`, CLIENT_ID],
  );
  assert.match(setCookie, /^headgate_oidc=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/u);
  const secure = await leave(send, { 'x-test-https': '1' });
  assert.match(secure.setCookie, /^__Host-headgate-oidc=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/u);
});

test('a first sign-in makes a user with the mapped role, and the next ones find them by issuer and subject', async () => {
  const { rig, send } = await rigWith();
  const first = await signIn(send);
  assert.deepEqual([first.status, first.headers.location], [302, '/']);
  assert.match(first.cookies[0] ?? '', /^headgate_session=hg-session-\w+; Path=\/; HttpOnly; SameSite=Strict$/u);
  assert.match(first.cookies[1] ?? '', /^headgate_oidc=;.*Max-Age=0$/u);
  assert.equal(await whoCame(rig, first.cookies), 'ada');
  provider.claims = { preferred_username: 'renamed', groups: ['staff'] };
  assert.equal(await whoCame(rig, (await signIn(send)).cookies), 'ada');
  const [user] = rig.users.users.values();
  assert.deepEqual([rig.users.users.size, user?.identity, user?.role, user?.passwordHash], [1, `${provider.issuer} person-1`, 'viewer', null]);
});

test('never takes over an account of the same name', async () => {
  const { rig, send } = await rigWith();
  const { id } = await rig.addUser('ada');
  const answer = await signIn(send);
  const name = await whoCame(rig, answer.cookies);
  assert.match(name, /^ada-[0-9a-f]{6}$/u);
  assert.equal((await rig.users.find(id))?.identity, null);
});

test('the role is mapped anew at each sign-in: the highest of several, and older sessions end when it changes', async () => {
  const { rig, send } = await rigWith();
  await rig.addUser('root');
  const first = await signIn(send);
  provider.claims = { groups: ['staff', 'boss', 'ops', 7, null] };
  const second = await signIn(send);
  assert.equal((await rig.users.findByIdentity(`${provider.issuer} person-1`))?.role, 'admin');
  assert.deepEqual([await whoCame(rig, first.cookies), await whoCame(rig, second.cookies)], ['nobody', 'ada']);
  provider.claims = { groups: 'ops' };
  await signIn(send);
  assert.equal((await rig.users.findByIdentity(`${provider.issuer} person-1`))?.role, 'operator');
});

test('whoever has no mapped role is not let in, and loses the sessions that run', async () => {
  const { rig, send } = await rigWith();
  const inside = await signIn(send);
  for (const claims of [{}, { groups: [] }, { groups: ['strangers'] }, { groups: ['__proto__', 'constructor'] }, { groups: { staff: true } }]) {
    provider.claims = claims;
    const answer = await signIn(send);
    assert.deepEqual([answer.status, answer.body.error.code, answer.cookies.length], [403, 'forbidden', 0]);
  }
  assert.equal(await whoCame(rig, inside.cookies), 'nobody');
  const lenient = await rigWith({ defaultRole: 'viewer' });
  assert.equal((await signIn(lenient.send)).status, 302);
});

test('a user who was shut out here is not let in, whatever the provider says', async () => {
  const { rig, send } = await rigWith();
  await signIn(send);
  const [user] = rig.users.users.values();
  await rig.users.update(user!.id, { isEnabled: false });
  assert.equal((await signIn(send)).status, 403);
});

test('the last admin is not demoted by the provider, and not let in as what they no longer are', async () => {
  const { rig, send } = await rigWith();
  provider.claims = { groups: ['boss'] };
  await signIn(send);
  provider.claims = { groups: ['staff'] };
  assert.equal((await signIn(send)).status, 403);
  assert.equal([...rig.users.users.values()][0]?.role, 'admin');
});

const FAULTS: readonly ProviderFault[] = [
  'wrong-nonce',
  'no-nonce',
  'wrong-audience',
  'wrong-issuer',
  'expired',
  'alg-none',
  'alg-hs256',
  'foreign-key',
  'no-id-token',
  'broken-token-endpoint',
];

for (const fault of FAULTS)
  test(`refuses an ID token with the fault ${fault}`, async () => {
    const { rig, send } = await rigWith();
    await signIn(send);
    provider.fault = fault;
    const answer = await signIn(send);
    assert.deepEqual([answer.status, answer.body.error.code, answer.cookies.length], [401, 'invalid_credentials', 0]);
    assert.deepEqual([rig.archive.sessions.size, rig.audit.at(-1)?.action], [1, 'login.failed']);
  });

test('refuses a wrong state, another browser’s answer, and a code that comes twice', async () => {
  const { rig, send } = await rigWith();
  const refused = async (url: URL, cookie: string): Promise<void> => {
    const { status, body } = await comeBack(send, url, cookie);
    assert.deepEqual([status, body.error.code], [401, 'invalid_credentials']);
  };
  const mine = await leave(send);
  const theirs = await leave(send);
  const wrongState = provider.agree(mine.location);
  wrongState.searchParams.set('state', 'another');
  await refused(wrongState, mine.cookie);
  const noState = provider.agree(mine.location);
  noState.searchParams.delete('state');
  await refused(noState, mine.cookie);
  await refused(provider.agree(mine.location), theirs.cookie);
  await refused(provider.agree(mine.location), '');
  await refused(new URL(`http://${HOST}/api/auth/oidc/callback?error=access_denied&state=x`), mine.cookie);
  const used = provider.agree(mine.location);
  assert.equal((await comeBack(send, used, mine.cookie)).status, 302);
  await refused(used, mine.cookie);
  assert.equal(rig.archive.sessions.size, 1);
});

test('refuses a cookie that was changed, made for another provider, or is ten minutes old', async () => {
  const { rig, send } = await rigWith();
  const { location, cookie } = await leave(send);
  const [body = '', mac = ''] = cookie.slice('headgate_oidc='.length).split('.');
  const told = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as object;
  const forged = Buffer.from(JSON.stringify({ ...told, issuer: 'https://elsewhere.example' })).toString('base64url');
  for (const text of [`${forged}.${mac}`, `${body}.`, body, '.', '', `${body}.${mac}.${mac}`, 'x'.repeat(5000)])
    assert.equal((await comeBack(send, provider.agree(location), `headgate_oidc=${text}`)).status, 401);
  rig.pass(10 * 60_000);
  assert.equal((await comeBack(send, provider.agree(location), cookie)).status, 401);
});

test('goes to the console afterwards, wherever the query would like to go', async () => {
  const { send } = await rigWith();
  const { location, cookie } = await leave(send);
  const url = provider.agree(location);
  for (const name of ['redirect', 'next', 'return_to', 'iss_hint']) url.searchParams.set(name, 'https://evil.example/');
  const answer = await comeBack(send, url, cookie);
  assert.deepEqual([answer.status, answer.headers.location], [302, '/']);
});

test('believes the Host header on this machine only', async () => {
  const { send } = await rigWith();
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'evil.example#127.0.0.1', '203.0.113.9:8787']) {
    const { answer } = await leave(send, { host });
    assert.deepEqual([answer.status, answer.body.error.code], [503, 'unavailable'], host);
  }
});

test('discovers the provider when it is needed, once, and again after an outage', async () => {
  const before = provider.discoveries;
  const { rig, send } = await rigWith();
  assert.equal(provider.discoveries, before);
  provider.outages = 1;
  assert.deepEqual([(await leave(send)).answer.body.error.code, provider.discoveries - before], ['upstream_failed', 1]);
  await signIn(send);
  await Promise.all([signIn(send), signIn(send)]);
  assert.equal(provider.discoveries - before, 2);
  rig.pass(3_600_000);
  await signIn(send);
  assert.equal(provider.discoveries - before, 3);
});

test('takes issuers on https, and on http those of this machine', async () => {
  for (const issuer of ['http://idp.example', 'ftp://127.0.0.1', 'not a url', 'https://user@idp.example', 'https://idp.example/?a=b']) {
    const { send } = await rigWith({ issuer });
    const { answer } = await leave(send);
    assert.deepEqual([answer.status, answer.body.error.code], [503, 'unavailable'], issuer);
  }
});

test('is not there where no provider is configured', async () => {
  const rig = await consoleAuthRig();
  const send = await consoleAuthServer(rig);
  assert.equal((await leave(send)).answer.status, 404);
  assert.equal((await comeBack(send, new URL(`http://${HOST}/api/auth/oidc/callback?code=a&state=b`), '')).status, 404);
});
