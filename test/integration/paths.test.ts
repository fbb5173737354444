import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';
import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import type { MockUpstream } from '../../src/cli/mock/mock-upstream.ts';
import { sendRawBytes } from '../support/send-raw-bytes.ts';

const GEMINI_BODY = { contents: [{ parts: [{ text: 'x' }] }] };

let world: MockedGateway;
let bare: MockUpstream;

before(async () => {
  bare = await startMockUpstream();
  const base = (id: string, url: string): ProviderPlan => ({
    id,
    models: [id],
    keys: [`sk-${id}-12345`],
    protocols: { 'openai-chat': url, 'anthropic-messages': url },
  });
  world = await MockedGateway.start({
    providers: [
      { id: 'vendor', models: ['plain', 'with/slash'], keys: ['sk-vendor-12345'], priority: 0 },
      { id: 'other', models: ['plain', 'only-other'], keys: ['sk-other-12345'], priority: 1 },
      { id: 'slashed', models: [{ name: 'gemini-public', upstream: 'publishers/google/gemini-9' }], keys: ['sk-slashed-12345'] },
      base('bare', bare.origin),
      base('bare-slash', `${bare.origin}/`),
      base('versioned', `${bare.origin}/versioned/v1`),
      base('versioned-slash', `${bare.origin}/versioned-slash/v1/`),
      base('unversioned', `${bare.origin}/unversioned/openai`),
    ],
  });
});
after(async () => {
  await world.close();
  await bare.close();
});

function lastUrl(provider: string): string | undefined {
  return world.received(provider).at(-1)?.url;
}

function codeOf(answer: { json(): unknown }): unknown {
  const body = answer.json() as { error?: { code?: unknown; details?: readonly { reason?: string }[] }; code?: unknown };
  return body.error?.details?.[0]?.reason ?? body.error?.code ?? body.code;
}

test('base URLs with and without /v1 and slash give neither /v1/v1 nor //', async () => {
  world.script({});
  const expected: Readonly<Record<string, string>> = {
    bare: '/v1',
    'bare-slash': '/v1',
    versioned: '/versioned/v1',
    'versioned-slash': '/versioned-slash/v1',
    unversioned: '/unversioned/openai',
  };
  for (const [model, prefix] of Object.entries(expected)) {
    for (const path of ['/v1/chat/completions', '/chat/completions', '/v1/v1/chat/completions']) {
      const answer = await world.send(path, { body: { model, messages: [] } });
      assert.equal(answer.status, 200, `${path} for ${model}`);
      assert.equal(bare.requests.at(-1)?.url, `${prefix}/chat/completions`);
    }
    const message = await world.send('/v1/messages', { body: { model, max_tokens: 1, messages: [] } });
    assert.equal(message.status, 200);
    assert.equal(bare.requests.at(-1)?.url, `${prefix}/messages`);
  }
});

test('query strings, repeated parameters and percent-encoding pass unchanged', async () => {
  world.script({});
  for (const suffix of [
    '/files?a=1&a=2&b=%2F%20+&empty=&flag&%C3%A9=%e9',
    '/files/a%2Fb%20c',
    '/files/a%2fb/content?limit=5&limit=6',
    '/batches/%E2%82%AC',
    '/vector_stores/x:y@z/,$!*',
  ]) {
    const answer = await world.send(`/v1${suffix}`, {});
    assert.equal(answer.status, 200, suffix);
    assert.equal(lastUrl('vendor'), `/vendor/v1${suffix}`);
  }
  await world.send('/v1/chat/completions?api-version=2024-10-21&a=1&a=2', { body: { model: 'plain', messages: [] } });
  assert.equal(lastUrl('vendor'), '/vendor/v1/chat/completions?api-version=2024-10-21&a=1&a=2');
});

test('paths that two programs could read differently are refused with 400 in JSON', async () => {
  world.script({});
  const before = world.mock.requestCount;
  for (const path of [
    '/v1/files/../../admin',
    '/v1/files/%2e%2e/x',
    '/v1/files/.%2E/x',
    '/v1/files/./x',
    '/v1/files\\..\\x',
    '/v1/files/%5c..',
    '/v1/files/%00',
    '/v1/files;x=1',
    '/proxy/vendor/../x',
    '/llm/vendor/v1/%2e%2e/x',
    '/v1beta/models/../models/x:generateContent',
  ]) {
    const { text } = await sendRawBytes({
      port: world.gateway.port,
      writes: [`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TESTER_KEY}\r\nconnection: close\r\n\r\n`],
    });
    assert.match(text, /^HTTP\/1\.1 400 /, path);
    assert.match(text, /invalid_path/, path);
  }
  assert.equal(world.mock.requestCount, before);
});

test('Host, absolute-form and X-Original-URL decide nothing', async () => {
  world.script({});
  const ask = (target: string, more: string): Promise<{ text: string }> =>
    sendRawBytes({ port: world.gateway.port, writes: [`GET ${target} HTTP/1.1\r\n${more}connection: close\r\n\r\n`] });
  assert.match((await ask('/v1/models', 'host: admin.internal\r\nx-original-url: /health\r\nx-rewrite-url: /health\r\n')).text, /^HTTP\/1\.1 401 /);
  const absolute = await ask('http://evil.example/v1/models', 'host: x\r\n');
  assert.match(absolute.text, /^HTTP\/1\.1 (400|401|404) /);
  assert.doesNotMatch(absolute.text, /"object":"list"/);
});

test('unknown paths under a reserved prefix are a JSON 404 in the client’s protocol', async () => {
  const unknown: Readonly<Record<string, RegExp>> = {
    '/v1': /"error"/,
    '/v1beta': /"status"/,
    '/llm': /"detail"/,
    '/proxy': /"detail"/,
    '/api/x': /"error"/,
    '/admin/x': /"error"/,
    '/public/x': /"error"/,
    '/nowhere': /"error"/,
  };
  for (const [path, form] of Object.entries(unknown)) {
    const answer = await world.send(path, {});
    assert.equal(answer.status, 404, path);
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
    assert.match(answer.text, form, path);
    assert.equal(codeOf(answer), 'not_found', path);
    assert.match(String(answer.headers['x-request-id']), /^[0-9a-f-]{36}$/);
  }
});

test('a method that a path does not take is 405 with Allow, and HEAD has no body', async () => {
  for (const [path, allow] of [
    ['/v1/chat/completions', 'POST'],
    ['/v1/messages', 'POST'],
    ['/v1/models', 'GET, HEAD'],
    ['/v1beta/models/m:generateContent', 'POST'],
  ] as const) {
    const method = allow === 'POST' ? 'GET' : 'POST';
    const answer = await world.send(path, { method });
    assert.equal(answer.status, 405, path);
    assert.equal(answer.headers.allow, allow);
    assert.equal(codeOf(answer), 'method_not_allowed');
  }
  for (const method of ['TRACE', 'OPTIONS']) assert.equal((await world.send('/v1/chat/completions', { method })).status, 405, method);
  const head = await world.send('/v1/models', { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.body.length, 0);
  assert.ok(Number(head.headers['content-length']) > 0);
  const refused = await world.send('/v1/chat/completions', { method: 'HEAD' });
  assert.equal(refused.status, 405);
  assert.equal(refused.body.length, 0);
});

test('HEAD passes through with the upstream’s length and without a body', async () => {
  world.script({});
  const answer = await world.send('/v1/files/abc', { method: 'HEAD' });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.length, 0);
  assert.equal(world.received('vendor').at(-1)?.method, 'HEAD');
});

test('CONNECT and Upgrade are refused and the connection closed', async () => {
  const connect = await sendRawBytes({ port: world.gateway.port, writes: ['CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n'] });
  assert.match(connect.text, /^HTTP\/1\.1 405 /);
  assert.equal(connect.end, 'fin');
  const upgrade = await sendRawBytes({
    port: world.gateway.port,
    writes: [
      `GET /v1/realtime HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TESTER_KEY}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: x\r\nsec-websocket-version: 13\r\n\r\n`,
    ],
  });
  assert.match(upgrade.text, /^HTTP\/1\.1 4\d\d /);
  assert.equal(upgrade.end, 'fin');
});

test('redirects of an upstream are never followed: 502, without its address', async () => {
  world.script({ rules: [{ match: { path: '^/(vendor|other)/' }, redirect: `${bare.origin}/stolen` }] });
  bare.reset();
  for (const path of ['/v1/chat/completions', '/v1/files']) {
    const answer = await world.send(path, { body: { model: 'only-other', messages: [] } });
    assert.equal(answer.status, 502, path);
    assert.equal(codeOf(answer), 'upstream_redirect');
    assert.equal(answer.headers.location, undefined);
    assert.ok(!answer.text.includes('stolen'));
  }
  assert.equal(bare.requestCount, 0);
});

test('gemini: ?key= is the credential and never goes on; other parameters do', async () => {
  world.script({});
  const answer = await world.send(`/v1beta/models/plain:generateContent?key=${TESTER_KEY}&alt=json&x=%2F`, { key: null, body: GEMINI_BODY });
  assert.equal(answer.status, 200);
  const url = lastUrl('vendor') ?? lastUrl('other') ?? '';
  assert.match(url, /\/v1beta\/models\/plain:generateContent\?alt=json&x=%2F$/);
  assert.equal(
    world.mock.requests.at(-1)?.headers['x-goog-api-key'],
    world.mock.requests.at(-1)?.url.startsWith('/vendor') === true ? 'sk-vendor-12345' : 'sk-other-12345',
  );
  const alone = await world.send(`/v1beta/models/plain:countTokens?key=${TESTER_KEY}`, { key: null, body: GEMINI_BODY });
  assert.equal(alone.status, 200);
  assert.doesNotMatch(world.mock.requests.at(-1)?.url ?? '', /[?]/);
  const wrong = await world.send('/v1beta/models/plain:generateContent?key=nobody', { key: null, body: GEMINI_BODY });
  assert.equal(wrong.status, 401);
  assert.equal(codeOf(wrong), 'invalid_api_key');
  const openai = await world.send(`/v1/chat/completions?key=${TESTER_KEY}`, { key: null, body: { model: 'plain', messages: [] } });
  assert.equal(openai.status, 401, '?key= is no credential on other paths');
});

test('gemini: the v1 path serves too, and a mapped name with slashes keeps them', async () => {
  world.script({ rules: [{ body: { candidates: [] } }] });
  const answer = await world.send('/v1/models/gemini-public:generateContent', { body: GEMINI_BODY });
  assert.equal(answer.status, 200);
  assert.equal(lastUrl('slashed'), '/slashed/v1beta/publishers/google/gemini-9:generateContent');
});
