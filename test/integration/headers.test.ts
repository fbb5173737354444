import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { chatBody, MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      { id: 'vendor', models: ['plain'], keys: ['sk-vendor-12345'], headers: { 'X-Constant': 'always' }, forwardHeaders: ['OpenAI-Organization'] },
      { id: 'api', kind: 'rest', keys: ['sk-api-1234567'] },
    ],
  });
});
after(() => world.close());

/** Names and values that reached the upstream, without those of the connection. */
function received(provider: string): Readonly<Record<string, string>> {
  const raw = world.received(provider).at(-1)?.rawHeaders ?? [];
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) pairs.push([(raw[index] ?? '').toLowerCase(), raw[index + 1] ?? '']);
  assert.equal(new Set(pairs.map(([name]) => name)).size, pairs.length, `no header twice: ${pairs.map(([name]) => name).join(', ')}`);
  return Object.fromEntries(pairs.filter(([name]) => name !== 'host' && name !== 'connection'));
}

const HOSTILE: Readonly<Record<string, string>> = {
  cookie: 'session=1',
  'x-api-key': TESTER_KEY,
  'x-goog-api-key': 'client-secret-1',
  'api-key': 'client-secret-2',
  'x-proxy-key': 'client-secret-3',
  'x-admin-token': 'client-secret-4',
  'proxy-authorization': 'Basic abcd',
  'x-forwarded-for': '10.0.0.1',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
  'x-real-ip': '10.0.0.1',
  forwarded: 'for=10.0.0.1',
  via: '1.1 client-proxy',
  'x-headgate-debug': '1',
  'x-original-url': '/admin',
  'x-rewrite-url': '/admin',
  'keep-alive': 'timeout=5',
  te: 'trailers',
  'x-request-id': 'client-id-1',
};

test('a model provider gets what its protocol forwards, its own constants and its own credential, and nothing else', async () => {
  world.script({});
  const answer = await world.chat('plain', {
    headers: {
      ...HOSTILE,
      authorization: `Bearer ${TESTER_KEY}`,
      'user-agent': 'test-program/1',
      accept: 'application/json',
      'idempotency-key': 'abc',
      'openai-beta': 'assistants=v2',
      'openai-organization': 'org-1',
      'openai-project': 'not-allowed',
      'x-constant': 'client',
      'x-anything': 'client',
      'x-llm-provider': 'vendor',
    },
  });
  assert.equal(answer.status, 200);
  const body = JSON.stringify(chatBody('plain'));
  assert.deepEqual(received('vendor'), {
    'content-type': 'application/json',
    'user-agent': 'test-program/1',
    accept: 'application/json',
    'idempotency-key': 'abc',
    'openai-beta': 'assistants=v2',
    'openai-organization': 'org-1',
    'x-constant': 'always',
    'accept-encoding': 'identity',
    authorization: 'Bearer sk-vendor-12345',
    'content-length': String(body.length),
  });
});

test('a REST API gets the client’s headers but for credentials, cookies, addresses, and what concerns the connection', async () => {
  world.script({});
  const answer = await world.send('/proxy/api/things', {
    method: 'POST',
    body: '{}',
    key: null,
    headers: {
      ...HOSTILE,
      'x-proxy-key': TESTER_KEY,
      authorization: 'Bearer client-secret-5',
      'content-type': 'application/json',
      'x-custom': 'kept',
      'accept-language': 'de',
      'x-nominated': 'dropped',
      connection: 'close, X-Nominated',
      'x-llm-provider': 'api',
    },
  });
  assert.equal(answer.status, 200);
  assert.deepEqual(received('api'), {
    'content-type': 'application/json',
    'x-custom': 'kept',
    'accept-language': 'de',
    'accept-encoding': 'identity',
    authorization: 'Bearer sk-api-1234567',
    'content-length': '2',
  });
});

test('a client cannot have our own credential dropped by nominating it in Connection', async () => {
  world.script({});
  for (const path of ['/v1/chat/completions', '/proxy/api/things']) {
    const answer = await world.send(path, {
      body: chatBody('plain'),
      headers: { connection: 'close, authorization, content-type, content-length, host' },
    });
    assert.equal(answer.status, 200, path);
  }
  assert.equal(received('vendor')['authorization'], 'Bearer sk-vendor-12345');
  assert.equal(received('api')['authorization'], 'Bearer sk-api-1234567');
});

test('repeated credentials are not joined into one', async () => {
  world.script({});
  const answer = await world.chat('plain', { key: null, headers: { 'x-api-key': TESTER_KEY, 'x-goog-api-key': ['one', 'two'] } });
  assert.equal(answer.status, 200);
  assert.equal(received('vendor')['authorization'], 'Bearer sk-vendor-12345');
});

test('the client gets the upstream’s headers but for those of the connection, cookies, and what acts on our own origin', async () => {
  const kept = {
    'x-ratelimit-remaining-requests': '9',
    'openai-processing-ms': '5',
    'cache-control': 'no-store',
    etag: '"1"',
    'x-vendor': 'kept; "as is"',
  };
  const dropped = {
    'set-cookie': ['a=1; Path=/', 'b=2'],
    'access-control-allow-origin': '*',
    'access-control-allow-credentials': 'true',
    'content-security-policy': "default-src 'none'",
    'strict-transport-security': 'max-age=1',
    'alt-svc': 'h3=":443"',
    'x-frame-options': 'DENY',
    server: 'upstream-server',
    via: '1.1 upstream-proxy',
    'cf-ray': '1',
    'keep-alive': 'timeout=99',
    'proxy-authenticate': 'Basic',
    'x-headgate-provider': 'forged',
    'x-request-id': 'upstream-id',
    nel: '{}',
    'report-to': '{}',
    location: 'https://upstream.example/',
    refresh: '0; url=https://upstream.example/',
    'www-authenticate': 'Basic',
    connection: 'keep-alive, x-hop',
    'x-hop': 'dropped',
  };
  world.script({ rules: [{ headers: { ...kept, ...dropped } }] });
  const streamBody = { ...chatBody('plain'), stream: true };
  const answers = [
    await world.chat('plain'),
    await world.chat('plain', { body: streamBody }),
    await world.send('/proxy/api/x', {}),
    await world.send('/v1/audio/speech', { body: { model: 'plain', input: 'x' } }),
  ];
  for (const [index, answer] of answers.entries()) {
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-vendor'], 'kept; "as is"');
    assert.equal(answer.headers['x-ratelimit-remaining-requests'], '9');
    assert.equal(answer.headers.etag, '"1"');
    for (const name of Object.keys(dropped)) {
      if (['connection', 'keep-alive', 'x-request-id', 'x-headgate-provider'].includes(name)) continue;
      // What a browser could take for a page gets a policy of the gateway's own.
      const own = name === 'content-security-policy' && index === 3 ? 'sandbox' : undefined;
      assert.equal(answer.headers[name], own, `${name} in answer ${index}`);
    }
    assert.match(String(answer.headers['x-request-id']), /^[0-9a-f-]{36}$/);
    assert.equal(answer.headers['x-headgate-provider'], index === 2 ? 'api' : 'vendor');
    assert.doesNotMatch(answer.rawHeaders.join('\n'), /x-hop|timeout=99|upstream/i);
  }
});

test('header bytes beyond ASCII break nothing', async () => {
  const head =
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 14\r\nx-odd: caf\xe9 \xff\xfe \xe2\x82\xac\r\nx-tab: a\tb\r\n\r\n{"choices":[]}';
  world.script({ rules: [{ rawHttp: head }] });
  const answer = await world.chat('plain');
  assert.equal(answer.status, 200);
  assert.equal(answer.text, '{"choices":[]}');
  assert.equal(answer.headers['x-tab'], 'a\tb');
  const sent = await world.chat('plain', { headers: { 'x-request-id': 'caf\xe9', 'user-agent': 'agent \xe9' } });
  assert.equal(sent.status, 200);
});

test('refused and failed requests relay no upstream header of that kind either', async () => {
  world.script({ rules: [{ status: 400, headers: { 'set-cookie': 'a=1', 'access-control-allow-origin': '*', 'x-vendor': 'kept' } }] });
  const answer = await world.chat('plain');
  assert.equal(answer.status, 400);
  assert.equal(answer.headers['set-cookie'], undefined);
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
  assert.equal(answer.headers['x-vendor'], 'kept');
});

test('an answer names its provider, its model and the attempts', async () => {
  world.script({});
  const answer = await world.chat('plain');
  assert.equal(answer.headers['x-headgate-provider'], 'vendor');
  assert.equal(answer.headers['x-headgate-model'], 'plain');
  assert.equal(answer.headers['x-headgate-attempts'], '1');
});
