import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import type { Page } from 'playwright-core';
import { AdministeredGateway, CALLER_KEY } from '../support/administered-gateway.ts';
import { browserTests } from '../support/browser-tests.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';
import { send } from '../support/http-client.ts';
import { startLoopbackServer } from '../support/loopback-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { WatchedProfile } from '../support/watched-profile.ts';

const PASSWORD = 'seven green bottles standing';
/** Lists in which the planted texts have to be found. */
const HOLDS_TEXTS = /^(?:providers|models|virtual-keys|sessions|audit|exchanges)/u;
const browserTest = browserTests();
let rig: AdministeredGateway;
/** Those that a model may be called. */
let models: readonly string[];

before(async () => {
  rig = await AdministeredGateway.start({ LOG_LEVEL: 'debug' });
  await rig.admin.post('/api/admin/users', { username: 'ada', password: PASSWORD, role: 'admin' });
  models = await plantNames();
  await plantExchanges();
});
after(() => rig.close());

/** Calls everything that has a name by each of the texts; gives those that models were called by. */
async function plantNames(): Promise<readonly string[]> {
  const taken: string[] = [];
  for (const [index, text] of HOSTILE_TEXTS.entries()) {
    const id = `named-${index}`;
    const keys = [{ id: 'k1', secret: `sk-named-${index}-1234567890` }];
    const named = await rig.addProvider(id, { name: text, keys });
    if (named.status === 400) assert.equal((await rig.addProvider(id, { keys })).status, 201, named.text);
    const model = await rig.admin.post('/api/admin/models', { provider: id, name: text });
    if (model.status < 300) taken.push(text);
    await rig.admin.post('/api/admin/virtual-keys', { id: `caller-${index}`, name: text });
    await rig.admin.post('/api/admin/users', { username: text, password: PASSWORD, role: 'viewer' });
  }
  return taken;
}

/** Asks for each model, with the texts as header values and as what the upstream says is wrong. */
async function plantExchanges(): Promise<void> {
  for (const [index, text] of HOSTILE_TEXTS.entries()) {
    rig.mock.script({ rules: [{ status: 400, body: { error: { message: text, type: text, code: text, param: text } } }] });
    // As header values: bytes of UTF-8, without what no client can send.
    const value = Buffer.from(text.replaceAll(/[\u0000-\u0008\n-\u001f\u007f]/gu, ''))
      .toString('latin1')
      .trim();
    const headers = { authorization: `Bearer ${CALLER_KEY}`, 'user-agent': value, 'x-request-id': value, traceparent: value };
    const body = { model: text, messages: [{ role: text, name: text, content: text }] };
    await send({ url: `${rig.gateway.origin}/v1/chat/completions`, headers, body });
    await send({ url: `${rig.gateway.origin}/v1/chat/completions`, headers, body: { ...body, model: `${text} (unknown)` } });
    // A wrong password waits longer each time; a right one does not.
    if (index % 4 === 0) {
      const login = await rig.admin.post('/api/auth/login', { username: 'ada', password: PASSWORD }, { authorization: '', 'user-agent': value });
      assert.equal(login.status, 200, login.text);
    }
  }
}

async function signIn(profile: WatchedProfile): Promise<Page> {
  const page = await profile.visit(`${rig.gateway.origin}/setup`);
  const login = JSON.stringify({ username: 'ada', password: PASSWORD, session: 'cookie' });
  const status = `fetch('/api/auth/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(login)} })`;
  assert.equal(await page.evaluate(`${status}.then((answer) => answer.status)`), 200);
  return page;
}

function assertHarmless({ ran, violations, failures }: WatchedProfile): void {
  assert.deepEqual({ ran, violations, failures }, { ran: [], violations: [], failures: [] });
}

browserTest('the texts do harm in a page that takes no care', async (browser) => {
  const frames = HOSTILE_TEXTS.map((text) => `<iframe srcdoc="${text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe>`);
  const careless = await startLoopbackServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html><title>x</title>${frames.join('')}`);
  });
  const profile = await WatchedProfile.open(browser);
  const page = await profile.context.newPage();
  await page.goto(careless.origin, { waitUntil: 'commit' });
  await waitFor('what runs', () => new Set(profile.ran).size >= 25, { describe: () => profile.ran.join() });
  await profile.context.close();
  await careless.close();
});

browserTest('answers of the API run nothing when they are opened as pages', async (browser) => {
  const profile = await WatchedProfile.open(browser);
  const page = await signIn(profile);
  const lists = ['providers', 'models', 'virtual-keys', 'users', 'sessions', 'audit', 'exchanges', 'logs'];
  const paths = [
    ...lists.map((list) => `${list}?limit=500`),
    'exchanges?limit=500&trace=true',
    'stats/top?by=model',
    'config/revisions',
    'settings',
    'status',
  ];
  for (const path of paths) {
    const answer = await page.goto(`${rig.gateway.origin}/api/admin/${path}`);
    assert.equal(answer?.status(), 200, `${path}: ${await answer?.text()}`);
    assert.equal(await page.evaluate('document.contentType'), 'application/json', path);
    if (HOLDS_TEXTS.test(path)) assert.ok((await answer?.text())?.includes('alert(1)'), `${path} holds no hostile text`);
  }
  for (const [index, text] of HOSTILE_TEXTS.entries()) {
    const written = encodeURIComponent(text.toWellFormed());
    const path = index % 2 === 0 ? `/api/admin/providers/${written}?q=${written}` : `/${written}`;
    await page.goto(`${rig.gateway.origin}${path}`);
    assert.equal(await page.evaluate('document.contentType'), 'application/json', path);
  }
  assertHarmless(profile);
  await profile.context.close();
});

browserTest('a table of exchanges holds no formula and no line of a stranger', async (browser) => {
  const profile = await WatchedProfile.open(browser, { acceptDownloads: true });
  const page = await signIn(profile);
  const downloaded = page.waitForEvent('download');
  await page.evaluate("location.href = '/api/admin/exchanges/export'");
  const download = await downloaded;
  assert.equal(download.suggestedFilename(), 'exchanges.csv');
  const [head = [], ...rows] = cellsOf(readFileSync(await download.path(), 'utf8'));
  const asked = new Set(rows.map((row) => row[head.indexOf('publicModel')]));
  for (const model of ["'=cmd|' /C calc'!A0", "'+1+cmd", "'-2+3+cmd", "'@SUM(1+1)*cmd", "'\t=1+1", '","=1+1']) assert.ok(asked.has(model), model);
  for (const row of rows) {
    assert.equal(row.length, head.length, row.join());
    for (const cell of row) assert.doesNotMatch(cell, /^[=+\-@\t\r\n]/u);
  }
  assertHarmless(profile);
  await profile.context.close();
});

/** The cells of a CSV file as programs for tables read it. */
function cellsOf(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gu)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  return rows.slice(0, -1);
}

browserTest('the page of the API document runs what it brought, whatever its address says', async (browser) => {
  const profile = await WatchedProfile.open(browser);
  const strangers: string[] = [];
  profile.context.on('request', (request) => {
    if (!request.url().startsWith(rig.gateway.origin) && !request.url().startsWith('data:')) strangers.push(request.url());
  });
  const page = await signIn(profile);
  await page.goto(`${rig.gateway.origin}/docs`);
  await page.click('.opblock-tag >> nth=0');
  await page.click('.opblock-summary-control >> nth=0');
  await page.waitForSelector('.opblock-body');
  const queries = ['?url=http://hostile.invalid/x.json', '?configUrl=http://hostile.invalid/x.json', '?urls.primaryName=<svg onload=alert(1)>'];
  for (const address of [...queries, `#/${HOSTILE_TEXTS.join('/')}`]) {
    await page.goto('about:blank');
    await page.goto(`${rig.gateway.origin}/docs${encodeURI(address.toWellFormed())}`);
    await page.waitForSelector('#swagger-ui > *');
  }
  assert.deepEqual(strangers, []);
  assertHarmless(profile);
  await profile.context.close();
});

browserTest('the setup page shows what it is told as text', async (browser) => {
  const profile = await WatchedProfile.open(browser);
  const page = await profile.visit(`${rig.gateway.origin}/setup#token=${encodeURIComponent(HOSTILE_TEXTS[0] ?? '')}`);
  for (const text of HOSTILE_TEXTS) {
    // What the gateway says holds none of these; should it ever, the page still knows it for text.
    await page.route('**/api/auth/register', (route) => route.fulfill({ status: 400, json: { error: { code: text, message: text, param: text } } }), {
      times: 1,
    });
    await page.evaluate(`{
      told.textContent = '';
      form.noValidate = true;
      for (const input of form.querySelectorAll('input')) input.value = ${JSON.stringify(text)};
      form.requestSubmit();
    }`);
    await waitFor('an answer', async () => (await page.evaluate('told.textContent')) !== '');
    assert.equal(await page.evaluate('told.textContent'), text);
  }
  assertHarmless(profile);
  await profile.context.close();
});

browserTest('live events keep to their lines', async (browser) => {
  const profile = await WatchedProfile.open(browser);
  const page = await signIn(profile);
  await page.evaluate(`{
    globalThis.heard = [];
    const source = new EventSource('/api/admin/events?types=exchange');
    source.onopen = () => heard.push('open');
    for (const type of ['message', 'exchange', 'planted']) source.addEventListener(type, ({ data }) => heard.push(type + ' ' + JSON.parse(data).model));
  }`);
  const heard = (): Promise<readonly string[]> => page.evaluate('heard');
  await waitFor('the stream', async () => (await heard()).length > 0);
  rig.mock.script({});
  for (const model of models) await rig.chat(model);
  await waitFor('every exchange', async () => (await heard()).length > models.length, { describe: () => String(models.length) });
  assert.deepEqual(
    (await heard()).slice(1),
    models.map((model) => `exchange ${model}`),
  );
  const raw = await profile.context.newPage();
  await raw.goto(`${rig.gateway.origin}/api/admin/events`, { waitUntil: 'commit' });
  for (const model of models) await rig.chat(model);
  assertHarmless(profile);
  await profile.context.close();
});

browserTest('what an upstream says to be a page is none on the address of the gateway', async (browser) => {
  assert.equal(
    (
      await rig.admin.post('/api/admin/providers', {
        id: 'gemini',
        protocols: { 'gemini-generate': `${rig.mock.origin}/gemini/v1beta` },
        models: ['*'],
        keys: [{ id: 'k1', secret: 'sk-gemini-1234567890' }],
      })
    ).status,
    201,
  );
  const profile = await WatchedProfile.open(browser);
  const page = await signIn(profile);
  const xhtml = '<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>';
  const answers: readonly (readonly [string, string])[] = [
    ['text/html', '<!doctype html><script>alert(1)</script>'],
    ['text/html; charset=utf-7', '+ADw-script+AD4-alert(1)+ADw-/script+AD4-'],
    ['application/xhtml+xml', xhtml],
    ['text/xml', xhtml],
    ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['text/plain', '<!doctype html><script>alert(1)</script>'],
    ['', '<!doctype html><script>alert(1)</script>'],
    ['application/json', '<!doctype html><script>alert(1)</script>'],
    ['unknown/unknown', '<!doctype html><script>alert(1)</script>'],
    ['multipart/x-mixed-replace; boundary=x', '--x\r\ncontent-type: text/html\r\n\r\n<script>alert(1)</script>\r\n--x--'],
  ];
  for (const [type, body] of answers)
    for (const status of [200, 404]) {
      rig.mock.script({ rules: [{ status, raw: body, headers: { 'content-type': type } }] });
      await page.goto(`${rig.gateway.origin}/v1beta/files?key=${CALLER_KEY}`).catch(() => null);
      assert.deepEqual(profile.ran, [], `${type} ${status}`);
    }
  await profile.context.close();
});

test('each line of the log is one object, and none of them is a stranger’s', () => {
  const lines = rig.gateway.stderr().split('\n').slice(0, -1);
  const told = lines.map((line) => JSON.parse(line) as { readonly msg: string; readonly publicModel?: string });
  assert.ok(new Set(told.map(({ publicModel }) => publicModel)).size > 40);
  assert.deepEqual(
    told.filter(({ msg }) => msg === 'planted' || typeof msg !== 'string'),
    [],
  );
  for (const line of lines) assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
});

test('there are sixty texts', () => {
  assert.equal(new Set(HOSTILE_TEXTS).size, 60);
});
