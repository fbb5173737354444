import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, test } from 'node:test';

import { MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { quantile } from '../support/quantile.ts';
import { runMany } from '../support/run-many.ts';
import { sendRawBytes } from '../support/send-raw-bytes.ts';

const MOST_REFUSAL_MS = 5;
const WRONG_KEYS = 300;

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      { id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'] },
      { id: 'rest', kind: 'rest', keys: ['sk-rest-12345'] },
    ],
    env: { ADMIN_TOKEN: 'an-admin-token-0123456789' },
  });
});
after(() => world.close());

test('a wrong key is refused quickly and costs no upstream call', async (t) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headersOf = (index: number): Record<string, string> =>
    [
      { authorization: `Bearer hg-${index}` },
      { 'x-api-key': `${TESTER_KEY}x` },
      { 'x-goog-api-key': TESTER_KEY.slice(1) },
      { authorization: `Basic ${TESTER_KEY}` },
      { authorization: 'Bearer ', 'x-proxy-key': 'nobody' },
      { authorization: TESTER_KEY },
      { 'x-api-key': 'wrong', authorization: `Bearer ${TESTER_KEY}` },
      { authorization: `Bearer ${TESTER_KEY.toUpperCase()}` },
      {},
    ][index % 9] as Record<string, string>;
  const times: number[] = [];
  for (let turn = 0; turn < WRONG_KEYS; turn += 1) {
    const startedAt = performance.now();
    const answer = await world.chat('m', { key: null, headers: headersOf(turn), agent });
    times.push(performance.now() - startedAt);
    assert.equal(answer.status, 401);
  }
  agent.destroy();
  const median = quantile(times, 0.5);
  t.diagnostic(`figure: wrong key: refused after ${median.toFixed(2)} ms (median of ${WRONG_KEYS}), ${world.mock.requestCount} upstream calls`);
  assert.ok(median <= MOST_REFUSAL_MS);
  assert.equal(world.mock.requestCount, 0);
});

const TARGETS = [
  '/v1/chat/completions',
  '/v1/models',
  '/proxy/rest/x',
  '/llm/vendor/v1/chat/completions',
  '/v1beta/models/m:generateContent',
  '/v1/files',
];

/** Ways to write a path so that two programs may read it differently. */
function pathTricks(path: string): readonly string[] {
  const rest = path.slice(1);
  const upper = path.replace('/v1', '/V1').replace('/proxy', '/PROXY').replace('/llm', '/LLM');
  return [
    path,
    `/${path}`,
    `///${rest}`,
    `/./${rest}`,
    `/health/..${path}`,
    `/health/%2e%2e${path}`,
    `/health/..%2f${rest}`,
    `/health;${path}`,
    `/health%00${path}`,
    `/health\\..${path}`,
    `/%2f${rest}`,
    `${path}/`,
    `${path}//`,
    `${path}/.`,
    `${path}/../health`,
    `${path};/health`,
    `${path}%00`,
    `${path}%20`,
    `${path}?/health`,
    `${path}#/health`,
    `${path}%23`,
    path.replace('/v1', '/%76%31'),
    path.replaceAll('/', '%2F').replace('%2F', '/'),
    upper,
    `/metrics/..${path}`,
    `/.${path}`,
    `${path}.json`,
    `${path}%09`,
    `/\t${rest}`,
    `${path}%252e%252e`,
    `/v1/v1${path}`,
    `/health${path}`,
    `/api${path}`,
    `/status/..;${path}`,
    `/%c0%ae%c0%ae${path}`,
    `/%u002e${path}`,
    `*`,
    `@${rest}`,
    `:80${path}`,
  ];
}

const HOSTS: readonly (readonly string[])[] = [
  ['host: localhost'],
  ['host: 127.0.0.1'],
  ['host: metrics.internal', 'x-forwarded-host: localhost'],
  ['host: x', 'x-original-url: /health', 'x-rewrite-url: /health'],
  ['host: x', 'x-http-method-override: GET', 'x-method-override: OPTIONS'],
  ['host: x', 'x-forwarded-for: 127.0.0.1', 'forwarded: for=127.0.0.1', 'x-real-ip: 127.0.0.1'],
  ['host: x', 'connection: authorization, x-api-key, host'],
  ['host: x', 'x-headgate-caller: tester', 'x-headgate-admin: true', 'x-llm-provider: vendor'],
  ['host: x', 'cookie: admin=true; session=1; key=x'],
  ['host: x@localhost:80'],
];
const METHODS = ['POST', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'PROPFIND', 'TRACE', 'DELETE', 'PATCH', 'QUERY'];

interface Trick {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
}

function listTricks(): readonly Trick[] {
  const tricks: Trick[] = [];
  for (const target of TARGETS) {
    for (const [index, path] of pathTricks(target).entries()) {
      const method = METHODS[index % METHODS.length] ?? 'POST';
      tricks.push({ method: 'POST', target: path, headers: HOSTS[index % HOSTS.length] ?? [] });
      tricks.push({ method, target: path, headers: HOSTS[(index + 3) % HOSTS.length] ?? [] });
    }
    for (const headers of HOSTS) for (const method of METHODS) tricks.push({ method, target, headers });
    tricks.push(
      { method: 'POST', target: `http://localhost${target}`, headers: ['host: x'] },
      { method: 'POST', target: `https://admin@127.0.0.1${target}`, headers: ['host: x'] },
    );
    tricks.push(
      { method: 'CONNECT', target: 'vendor:443', headers: ['host: vendor:443'] },
      { method: 'POST', target, headers: ['host: x', 'upgrade: websocket', 'connection: upgrade'] },
    );
    tricks.push({ method: 'POST', target, headers: [] }, { method: 'POST', target, headers: ['host: a', 'host: b'] });
  }
  return tricks;
}

test('no trick with path, Host or method gets in without a key', async (t) => {
  const tricks = listTricks();
  const known = world.mock.requestCount;
  const body = '{"model":"m","messages":[]}';
  const results = await runMany(tricks.length, 24, async (index) => {
    const { method, target, headers } = tricks[index] ?? assert.fail('there is a trick');
    const lines = [
      `${method} ${target} HTTP/1.1`,
      ...headers,
      'connection: close',
      'content-type: application/json',
      `content-length: ${body.length}`,
      '',
      body,
    ];
    const { text } = await sendRawBytes({ port: world.gateway.port, writes: [lines.join('\r\n')], quietMs: 2000 });
    return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text, trick: `${method} ${target} (${headers.join(', ')})` };
  });
  const calls = world.mock.requestCount - known;
  // Health and the word of welcome are for everybody; anything else that is good is a hole.
  const isOpen = (text: string): boolean => /"uptime"|"status":"ok"|"name":"headgate"/.test(text);
  const inside = results.filter(({ status, text }) => status >= 200 && status < 400 && !isOpen(text) && !/^HTTP\/1\.1 200[^]*\r\n\r\n$/.test(text));
  const failed = results.filter(({ status }) => status === 0 || status >= 500);
  const byStatus = Map.groupBy(results, ({ status }) => status);
  t.diagnostic(
    `figure: ${tricks.length} tricks: ${inside.length} got in, ${calls} upstream calls (${[...byStatus].map(([status, { length }]) => `${length} × ${status}`).join(', ')})`,
  );
  assert.ok(tricks.length >= 600);
  assert.deepEqual(
    inside.map(({ trick, text }) => `${trick}: ${text.slice(0, 200)}`),
    [],
  );
  assert.equal(calls, 0);
  assert.deepEqual(
    failed.map(({ trick, status }) => `${trick}: ${status}`),
    [],
  );
});

test('with a key no path leads beyond the configured base of the upstream', async (t) => {
  const known = world.mock.requestCount;
  const beyond: string[] = [];
  let sent = 0;
  for (const target of TARGETS) {
    for (const path of pathTricks(target)) {
      const lines = [`POST ${path} HTTP/1.1`, 'host: x', `authorization: Bearer ${TESTER_KEY}`, 'connection: close', 'content-length: 2', '', '{}'];
      await sendRawBytes({ port: world.gateway.port, writes: [lines.join('\r\n')], quietMs: 2000 });
      sent += 1;
    }
  }
  for (const { url } of world.mock.requests.slice(-(world.mock.requestCount - known) || world.mock.requests.length)) {
    const resolved = new URL(url, world.mock.origin).pathname;
    if (!/^\/vendor\/v1(?:beta)?\/|^\/rest(?:\/|$)/.test(resolved)) beyond.push(`${url} → ${resolved}`);
  }
  t.diagnostic(`figure: ${sent} path tricks with a key: ${world.mock.requestCount - known} upstream calls, ${beyond.length} beyond the base`);
  assert.deepEqual(beyond, []);
  assert.ok(world.mock.requestCount > known, 'the plain ones arrive');
});
