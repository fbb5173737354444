import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { findClosedPort } from '../support/find-closed-port.ts';
import { MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { readLedger } from '../support/read-ledger.ts';
import { waitFor } from '../support/wait-for.ts';

const closedPort = await findClosedPort();

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      { id: 'bearer', kind: 'rest', keys: ['sk-bearer-123', 'sk-bearer-456'] },
      { id: 'header', kind: 'rest', keys: ['sk-header-123'], auth: { in: 'header', name: 'X-Api-Token' } },
      { id: 'query', kind: 'rest', keys: ['sk/query+123'], auth: { in: 'query', name: 'api_key' } },
      { id: 'reading', kind: 'rest', keys: ['sk-reading-123'], rest: { methods: ['GET', 'HEAD'] } },
      { id: 'failing', kind: 'rest', keys: ['sk-failing-1', 'sk-failing-2', 'sk-failing-3'] },
      { id: 'throttled', kind: 'rest', keys: ['sk-throttled-1', 'sk-throttled-2'] },
      { id: 'dying', kind: 'rest', keys: ['sk-dying-1', 'sk-dying-2', 'sk-dying-3'] },
      { id: 'off', kind: 'rest', enabled: false, keys: ['sk-off-12345'] },
      { id: 'nobody', kind: 'rest', keys: ['sk-nobody-1'], rest: { targetUrl: `http://127.0.0.1:${closedPort}/base` } },
      { id: 'llm', models: ['plain'], keys: ['sk-llm-12345'] },
    ],
    virtualKeys: [{ id: 'narrow', secret: 'hg-narrow-123456', providers: ['llm'] }],
  });
});
after(() => world.close());

function codeOf(answer: { json(): unknown }): string {
  const body = answer.json() as { detail: unknown; code: string };
  assert.equal(typeof body.detail, 'string');
  return body.code;
}

test('the key goes where the API wants it: as a bearer, in a header, or in the query', async () => {
  world.script({});
  assert.equal((await world.send('/proxy/bearer/v2/things?a=1&a=2')).status, 200);
  assert.match(String(world.received('bearer').at(-1)?.headers['authorization']), /^Bearer sk-bearer-(123|456)$/);
  assert.equal(world.received('bearer').at(-1)?.url, '/bearer/v2/things?a=1&a=2');
  assert.equal((await world.send('/proxy/header/things')).status, 200);
  const header = world.received('header').at(-1);
  assert.equal(header?.headers['x-api-token'], 'sk-header-123');
  assert.equal(header?.headers['authorization'], undefined);
  assert.equal((await world.send('/proxy/query/things')).status, 200);
  assert.equal(world.received('query').at(-1)?.url, '/query/things?api_key=sk%2Fquery%2B123');
  assert.equal((await world.send('/proxy/query/things?x=%2F&x=2')).status, 200);
  assert.equal(world.received('query').at(-1)?.url, '/query/things?x=%2F&x=2&api_key=sk%2Fquery%2B123');
});

test('a client cannot put a key of its own in place of the configured one', async () => {
  world.script({});
  await world.send('/proxy/query/things?api_key=mine&x=1&api%5Fkey=also-mine');
  assert.equal(world.received('query').at(-1)?.url, '/query/things?x=1&api_key=sk%2Fquery%2B123');
  await world.send('/proxy/header/things', { headers: { 'x-api-token': 'mine' } });
  assert.equal(world.received('header').at(-1)?.headers['x-api-token'], 'sk-header-123');
});

test('X-Proxy-Key comes first under /proxy', async () => {
  world.script({});
  const good = await world.send('/proxy/bearer/x', { key: 'hg-unknown', headers: { 'x-proxy-key': TESTER_KEY, 'x-api-key': 'for-somebody-else' } });
  assert.equal(good.status, 200);
  const bad = await world.send('/proxy/bearer/x', { headers: { 'x-proxy-key': 'hg-unknown' } });
  assert.equal(bad.status, 401);
  assert.equal(codeOf(bad), 'invalid_api_key');
});

test('keys take turns', async () => {
  world.script({});
  world.mock.reset();
  for (let turn = 0; turn < 6; turn += 1) await world.send('/proxy/bearer/x');
  const counts = world.received('bearer').reduce<Record<string, number>>((sum, { key }) => ({ ...sum, [key ?? '']: (sum[key ?? ''] ?? 0) + 1 }), {});
  assert.deepEqual(counts, { 'sk-bearer-123': 3, 'sk-bearer-456': 3 });
});

test('only the allowed methods pass; others are 405 with Allow, after authentication', async () => {
  world.script({});
  assert.equal((await world.send('/proxy/reading/x')).status, 200);
  const refused = await world.send('/proxy/reading/x', { method: 'DELETE' });
  assert.equal(refused.status, 405);
  assert.equal(refused.headers.allow, 'GET, HEAD');
  assert.equal(codeOf(refused), 'method_not_allowed');
  assert.equal((await world.send('/proxy/reading/x', { method: 'DELETE', key: null })).status, 401);
  assert.ok(world.received('reading').every(({ method }) => method === 'GET'));
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'])
    assert.equal((await world.send('/proxy/bearer/x', { method })).status, 200, method);
});

test('an unknown, disabled or forbidden provider is 404, and looks the same without a credential', async () => {
  for (const provider of ['unknown', 'off', 'llm']) {
    const answer = await world.send(`/proxy/${provider}/x`);
    assert.equal(answer.status, 404, provider);
    assert.equal(codeOf(answer), 'provider_not_found');
    assert.equal((await world.send(`/proxy/${provider}/x`, { key: null })).status, 401);
  }
  assert.equal((await world.send('/proxy/bearer/x', { key: 'hg-narrow-123456' })).status, 404);
});

test('a refusal that cost nothing is tried again with the next key, for any method', async () => {
  world.script({ rules: [{ match: { key: 'sk-throttled-1' }, status: 429, retryAfterSeconds: 60 }] });
  for (const method of ['POST', 'GET']) {
    const answer = await world.send('/proxy/throttled/x', {
      method,
      ...(method === 'POST' ? { body: '{"n":1}', headers: { 'content-type': 'application/json' } } : {}),
    });
    assert.equal(answer.status, 200, method);
  }
  assert.equal(world.received('throttled').filter(({ method }) => method === 'POST').length, 2);
});

test('a server error is tried again only for methods that may be repeated', async () => {
  world.script({ rules: [{ match: { path: '^/failing/', nth: [1, 2] }, status: 500 }] });
  const post = await world.send('/proxy/failing/x', { method: 'POST' });
  assert.equal(post.status, 500);
  assert.equal(world.received('failing').length, 1);
  const get = await world.send('/proxy/failing/x');
  assert.equal(get.status, 200);
  assert.equal(world.received('failing').length, 3);
});

test('a connection that breaks after the request is not repeated for an unsafe method, and once for a safe one', async () => {
  world.script({
    rules: [
      { match: { method: 'POST' }, refuse: true },
      { match: { method: 'GET', nth: 1 }, refuse: true },
    ],
  });
  const post = await world.send('/proxy/dying/x', { method: 'POST' });
  assert.equal(post.status, 502);
  assert.equal(codeOf(post), 'upstream_unreachable');
  assert.equal(world.received('dying').length, 1);
  const get = await world.send('/proxy/dying/x');
  assert.equal(get.status, 200);
  assert.equal(world.received('dying').length, 3);
});

test('an upstream that refuses connections is 502 without its address', async () => {
  const answer = await world.send('/proxy/nobody/x');
  assert.equal(answer.status, 502);
  assert.equal(codeOf(answer), 'upstream_unreachable');
  assert.doesNotMatch(answer.text, /127\.0\.0\.1|\d{4,}/);
});

test('the path after the provider is joined to the target, also when it is empty', async () => {
  world.script({});
  for (const [path, url] of [
    ['/proxy/bearer', '/bearer'],
    ['/proxy/bearer/', '/bearer/'],
    ['/proxy/bearer?x=1', '/bearer?x=1'],
    ['/proxy/bearer/a%2Fb//c', '/bearer/a%2Fb//c'],
  ] as const) {
    assert.equal((await world.send(path)).status, 200, path);
    assert.equal(world.mock.requests.at(-1)?.url, url);
  }
});

test('client errors of the API pass as they are, and each call is a row', async () => {
  world.script({ rules: [{ status: 422, body: { problem: 'as it was' } }] });
  const answer = await world.send('/proxy/header/unprocessable', { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } });
  assert.equal(answer.status, 422);
  assert.deepEqual(answer.json(), { problem: 'as it was' });
  const row = await waitFor(
    'the row',
    () => readLedger(world.gateway.dataDir).find(({ status, protocol }) => status === 422 && protocol === 'rest') ?? null,
  );
  assert.equal(row['provider'], 'header');
  assert.equal(row['endpoint'], '/proxy/*');
  assert.equal(row['method'], 'PUT');
});
