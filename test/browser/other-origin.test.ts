import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';

import type { Page, Response } from 'playwright-core';
import { AdministeredGateway, CALLER_KEY } from '../support/administered-gateway.ts';
import { browserTests } from '../support/browser-tests.ts';
import { send } from '../support/http-client.ts';
import { startLoopbackServer } from '../support/loopback-server.ts';
import { WatchedProfile } from '../support/watched-profile.ts';

interface Attempt {
  readonly how: string;
  readonly read: string;
}

const PASSWORD = 'seven green bottles standing';
const SCRIPT = readFileSync(new URL('pages/hostile-page.js', import.meta.url));
const browserTest = browserTests();
const hostile = await startLoopbackServer(({ url }, response) => {
  const isScript = url === '/hostile-page.js';
  response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
  response.end(isScript ? SCRIPT : '<!doctype html><title>Free kittens</title><body><script src="/hostile-page.js"></script>');
});
after(() => hostile.close());
let rig: AdministeredGateway;

before(async () => {
  rig = await AdministeredGateway.start({ TRUST_PROXY: 'loopback' });
  assert.equal((await rig.addProvider('witness', { models: ['witness-model'], keys: [{ id: 'k1', secret: 'sk-witness-1234567890' }] })).status, 201);
  assert.equal((await rig.admin.post('/api/admin/users', { username: 'ada', password: PASSWORD, role: 'admin' })).status, 201);
});
after(() => rig.close());

const json = (method: string, body: object): string =>
  `{ method: '${method}', headers: { 'content-type': 'application/json', 'x-csrf-token': csrf }, body: '${JSON.stringify(body)}' }`;

/** Signs in as the console does, and gives the page. */
async function signIn(profile: WatchedProfile): Promise<Page> {
  const page = await profile.visit(`${rig.gateway.origin}/setup`);
  const login = { username: 'ada', password: PASSWORD, session: 'cookie' };
  assert.equal(await page.evaluate(`(async (csrf) => (await fetch('/api/auth/login', ${json('POST', login)})).status)('')`), 200);
  return page;
}

/** Everything that a caller could change, without what time changes. */
async function stateOfGateway(): Promise<string> {
  const paths = ['config/export', 'config/version', 'users', 'virtual-keys', 'audit?limit=1', 'exchanges?limit=1'];
  const answers = await Promise.all(paths.map((path) => rig.admin.get(`/api/admin/${path}`)));
  for (const { status, text } of answers) assert.equal(status, 200, text);
  const sessions = await rig.admin.get('/api/admin/sessions');
  return JSON.stringify([answers.map(({ text }) => text), (sessions.json['items'] as readonly { id: string }[]).map(({ id }) => id)]);
}

/** Headers by which an answer would be given away. */
function corsHeaders(headers: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'));
}

for (const host of ['127.0.0.1', 'localhost'])
  browserTest(`a page of another port on ${host} changes nothing and reads nothing of a signed-in browser`, async (browser) => {
    const profile = await WatchedProfile.open(browser);
    const console = await signIn(profile);
    const before = await stateOfGateway();
    const answers: Response[] = [];
    profile.context.on('response', (response) => {
      if (response.url().startsWith(rig.gateway.origin)) answers.push(response);
    });

    const page = await profile.visit(hostile.origin.replace('127.0.0.1', host));
    const attempts = await page.evaluate<readonly Attempt[]>(`attack(${JSON.stringify(rig.gateway.origin)})`);

    assert.ok(attempts.length > 600, `${attempts.length} attempts`);
    assert.deepEqual(
      attempts.filter(({ read }) => read !== ''),
      [],
    );
    const done = answers.filter((response) => response.ok() && response.request().method() !== 'GET');
    assert.deepEqual(
      done.map((response) => `${response.request().method()} ${response.url()}`),
      [],
    );
    assert.deepEqual(
      answers.flatMap((response) => corsHeaders(response.headers())),
      [],
    );
    const refusals = new Set(answers.map((response) => response.status()));
    // From another port the browser sends the cookie along, and only the guard stands between; another site never gets that far.
    assert.equal(refusals.has(403), host === '127.0.0.1', [...refusals].join());
    assert.ok(refusals.has(415) || refusals.has(401), [...refusals].join());
    const framed = page.frames().filter((frame) => frame !== page.mainFrame());
    assert.deepEqual(
      framed.map((frame) => frame.url()).filter((url) => !url.startsWith('chrome-error://')),
      [],
    );
    assert.equal(framed.length, 8);
    assert.deepEqual(profile.ran, []);
    assert.equal(await stateOfGateway(), before);

    // The session was good all the while: the console itself reads and writes with it.
    const wrote = await console.evaluate<number>(`(async () => {
      const { csrfToken: csrf } = await (await fetch('/api/auth/profile')).json();
      return (await fetch('/api/admin/providers/witness', ${json('PATCH', { name: `Seen from ${host}` })})).status;
    })()`);
    assert.equal(wrote, 200);
    assert.notEqual(await stateOfGateway(), before);
    await profile.context.close();
  });

browserTest('a form that takes the browser away to the gateway is refused as well', async (browser) => {
  const profile = await WatchedProfile.open(browser);
  await signIn(profile);
  const before = await stateOfGateway();
  for (const enctype of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']) {
    const page = await profile.visit(hostile.origin);
    const answered = page.waitForResponse((response) => response.url().endsWith('/api/admin/users'));
    await page.evaluate(`{
      const form = Object.assign(document.createElement('form'), { method: 'post', enctype: '${enctype}', action: '${rig.gateway.origin}/api/admin/users' });
      form.append(Object.assign(document.createElement('input'), { name: '{"username":"planted","password":"nine brown foxes","role":"admin","x":"', value: '"}' }));
      document.body.append(form);
      form.submit();
    }`);
    const answer = await answered;
    assert.equal(answer.status(), 403, await answer.text());
  }
  assert.equal(await stateOfGateway(), before);
  await profile.context.close();
});

browserTest('no script reads the session cookie, and the browser keeps it as strictly as it was set', async (browser) => {
  const profile = await WatchedProfile.open(browser);
  const page = await signIn(profile);
  assert.equal(await page.evaluate('document.cookie'), '');
  const cookies = await profile.context.cookies();
  assert.deepEqual(
    cookies.map(({ name, httpOnly, sameSite, secure, path, expires }) => ({ name, httpOnly, sameSite, secure, path, expires })),
    [{ name: 'headgate_session', httpOnly: true, sameSite: 'Strict', secure: false, path: '/', expires: -1 }],
  );
  await profile.context.close();
});

test('behind a trusted proxy that speaks https the cookie is for https alone', async () => {
  const login = { username: 'ada', password: PASSWORD, session: 'cookie' };
  const secure = await rig.admin.post('/api/auth/login', login, { authorization: '', 'x-forwarded-proto': 'https' });
  assert.match(String(secure.headers['set-cookie']), /^__Host-headgate=[^;]+; Path=\/; HttpOnly; SameSite=Strict; Secure$/u);
});

test('no answer invites other origins, not even to ask', async () => {
  const origin = hostile.origin;
  const asked = [
    ['OPTIONS', '/api/admin/providers'],
    ['OPTIONS', '/api/auth/login'],
    ['OPTIONS', '/v1/chat/completions'],
    ['OPTIONS', '/v1/models'],
    ['OPTIONS', '/'],
    ['GET', '/v1/models'],
    ['GET', '/openapi.json'],
    ['GET', '/api/public-config'],
    ['GET', '/metrics'],
    ['POST', '/v1/chat/completions'],
  ] as const;
  for (const [method, path] of asked)
    for (const from of [origin, 'null', 'https://console.example']) {
      const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' };
      const headers = { origin: from, authorization: `Bearer ${CALLER_KEY}`, ...(method === 'OPTIONS' ? preflight : {}) };
      const body = method === 'POST' ? { body: { model: 'witness-model', messages: [{ role: 'user', content: 'Hello' }] } } : {};
      const answer = await send({ url: `${rig.gateway.origin}${path}`, method, headers, ...body });
      assert.deepEqual(corsHeaders(answer.headers), [], `${method} ${path}`);
      if (method !== 'OPTIONS') assert.equal(answer.status, 200, `${method} ${path}`);
    }
});

test('who wants a web socket hears a clean no', async () => {
  for (const path of ['/', '/api/admin/events', '/api/admin/providers', '/v1/realtime', '/v1/responses', '/setup', '/docs']) {
    const answer = await upgrade(path);
    assert.match(answer, /^HTTP\/1\.1 405 [^]*\r\nconnection: close\r\n[^]*"code":"method_not_allowed"/u, path);
  }
  assert.equal((await rig.admin.get('/api/admin/providers')).status, 200);
});

/** Everything that comes back until the connection ends. */
async function upgrade(path: string): Promise<string> {
  const socket = connect(rig.gateway.port, '127.0.0.1');
  const lines = [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${rig.gateway.port}`, `Origin: ${hostile.origin}`, `Authorization: Bearer ${CALLER_KEY}`];
  const handshake = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
  socket.write(`${[...lines, ...handshake].join('\r\n')}\r\n\r\n`);
  const parts: Buffer[] = [];
  for await (const part of socket as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
