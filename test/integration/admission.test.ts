import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { ClientAnswer } from '../support/http-client.ts';
import { chatBody, MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import { waitFor } from '../support/wait-for.ts';

const secret = (id: string): string => `hg-${id}-0a1b2c3d`;
const key = (id: string, more: object = {}): object => ({ id, secret: secret(id), ...more });
const limited = (id: string, limits: object): object => key(id, { limits });

const PROVIDERS = [
  { id: 'main', models: ['gpt-4o', 'gpt-4.1', 'gpt-4-mini', 'gptx4.1', 'shared', 'claude'], keys: ['sk-main-123456'], priority: 0 },
  { id: 'side', models: ['shared', 'side-only'], keys: ['sk-side-123456'], priority: 1 },
];
const KEYS = [
  key('off', { enabled: false }),
  key('old', { expiresAt: '2020-01-01' }),
  key('future', { expiresAt: '2099-01-01T00:00:00Z' }),
  key('elsewhere', { allowFrom: ['10.0.0.0/8', '2001:db8::/32'] }),
  key('here', { allowFrom: ['10.0.0.0/8', '127.0.0.0/8'] }),
  key('some-models', { models: ['gpt-4o', 'gpt-4.*'] }),
  key('side-only', { providers: ['side'] }),
  limited('per-second', { requestsPerSecond: 0.5, burst: 2 }),
  limited('per-minute', { requestsPerMinute: 2 }),
  limited('per-day', { requestsPerDay: 1 }),
  limited('tokens', { tokensPerMinute: 150 }),
  limited('one-at-a-time', { concurrency: 1 }),
  limited('reloaded', { requestsPerMinute: 3 }),
  limited('zero-second', { requestsPerSecond: 0 }),
  limited('zero-minute', { requestsPerMinute: 0 }),
  limited('zero-day', { requestsPerDay: 0 }),
  limited('zero-tokens', { tokensPerMinute: 0 }),
  limited('zero-concurrency', { concurrency: 0 }),
  limited('together', { requestsPerMinute: 5 }),
  limited('atomic', { requestsPerMinute: 3, concurrency: 1 }),
];

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({ providers: PROVIDERS, virtualKeys: KEYS, env: { GLOBAL_PROXY_KEYS: 'global-secret-1, global-secret-2' } });
});
after(() => world.close());

function codeOf(answer: ClientAnswer): unknown {
  return (answer.json() as { error: { code: unknown } }).error.code;
}

function assertRefused(answer: ClientAnswer, status: number, code: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.equal(codeOf(answer), code);
}

test('an unknown or missing credential is 401 in the client’s protocol, and no upstream is called', async () => {
  world.mock.reset();
  for (const call of PROTOCOL_CALLS) {
    for (const credential of ['hg-nobody', null]) {
      const answer = await world.send(call.path('gpt-4o', true), { key: credential, body: call.body('gpt-4o', true) });
      assert.equal(answer.status, 401, call.protocol);
      assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
      assert.match(answer.text, credential === null ? /missing_api_key/ : /invalid_api_key/);
      assert.equal(
        call.errorCode('error', call.protocol === 'openai-responses' ? '{"type":"x"}' : answer.text) === null,
        call.protocol === 'openai-responses',
      );
      assert.ok(!answer.text.includes('hg-nobody'));
    }
  }
  assert.equal(world.mock.requestCount, 0);
});

test('disabled, expired and misplaced keys are 403, each with its code', async () => {
  assertRefused(await world.chat('gpt-4o', { key: secret('off') }), 403, 'key_disabled');
  assertRefused(await world.chat('gpt-4o', { key: secret('old') }), 403, 'key_expired');
  assertRefused(await world.chat('gpt-4o', { key: secret('elsewhere') }), 403, 'address_not_allowed');
  assert.equal((await world.chat('gpt-4o', { key: secret('future') })).status, 200);
  assert.equal((await world.chat('gpt-4o', { key: secret('here') })).status, 200);
});

test('a made-up X-Forwarded-For moves nobody into a range', async () => {
  const answer = await world.chat('gpt-4o', {
    key: secret('elsewhere'),
    headers: { 'x-forwarded-for': '10.1.2.3', forwarded: 'for=10.1.2.3', 'x-real-ip': '10.1.2.3' },
  });
  assertRefused(answer, 403, 'address_not_allowed');
});

test('model patterns allow what they name; dots are literal', async () => {
  const ask = (model: string): Promise<ClientAnswer> => world.chat(model, { key: secret('some-models') });
  assert.equal((await ask('gpt-4o')).status, 200);
  assert.equal((await ask('gpt-4.1')).status, 200);
  for (const model of ['gpt-4-mini', 'gptx4.1', 'claude', 'no-such-model', 'main/claude']) assertRefused(await ask(model), 403, 'model_not_allowed');
  const models = (await world.send('/v1/models', { key: secret('some-models') })).json() as { data: { id: string }[] };
  assert.deepEqual(
    models.data.map(({ id }) => id),
    ['gpt-4.1', 'gpt-4o'],
  );
});

test('a key that is limited to models cannot hide one in a call that names none', async () => {
  world.mock.reset();
  const path = '/v1/audio/transcriptions';
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  const file = `--x\r\ncontent-disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n${'a'.repeat(300_000)}\r\n`;
  const field = '--x\r\ncontent-disposition: form-data; name="model"\r\n\r\nclaude\r\n';
  const late = `${file}${field}--x--\r\n`;
  const early = `${field}${file}--x--\r\n`;
  assertRefused(await world.send(path, { key: secret('some-models'), headers, body: early }), 403, 'model_not_allowed');
  assertRefused(await world.send(path, { key: secret('some-models'), headers, body: late }), 403, 'model_not_allowed');
  assertRefused(await world.send('/v1/batches', { key: secret('some-models'), body: '{}' }), 403, 'model_not_allowed');
  assert.equal(world.mock.requestCount, 0);
  assert.equal((await world.send('/v1/files', { key: secret('some-models'), method: 'GET' })).status, 200);
});

test('a model that only a forbidden provider lists is 404; one that an allowed provider lists too goes there', async () => {
  const ask = (model: string, headers: Record<string, string> = {}): Promise<ClientAnswer> =>
    world.chat(model, { key: secret('side-only'), headers });
  assertRefused(await ask('gpt-4o'), 404, 'model_not_found');
  assertRefused(await ask('main/gpt-4o'), 404, 'model_not_found');
  assert.equal((await ask('shared', { 'x-llm-provider': 'main' })).status, 404);
  assert.equal((await ask('shared')).headers['x-headgate-provider'], 'side');
  const models = (await world.send('/v1/models', { key: secret('side-only') })).json() as { data: { id: string }[] };
  assert.deepEqual(
    models.data.map(({ id }) => id),
    ['shared', 'side-only'],
  );
});

test('each of the credential headers works, in any case of the scheme', async () => {
  const credentials = { authorization: `bEaReR   ${TESTER_KEY}`, 'x-api-key': TESTER_KEY, 'X-Goog-Api-Key': TESTER_KEY, 'X-Proxy-Key': TESTER_KEY };
  for (const [name, value] of Object.entries(credentials))
    assert.equal((await world.chat('gpt-4o', { key: null, headers: { [name]: value } })).status, 200, name);
});

test('the first credential found wins, and an invalid first one is 401', async () => {
  assertRefused(await world.chat('gpt-4o', { headers: { 'x-api-key': 'hg-nobody' } }), 401, 'invalid_api_key');
  assert.equal((await world.chat('gpt-4o', { key: 'hg-nobody', headers: { 'x-api-key': TESTER_KEY } })).status, 200);
  assertRefused(await world.chat('gpt-4o', { key: null, headers: { authorization: `Basic ${TESTER_KEY}` } }), 401, 'invalid_api_key');
});

test('GLOBAL_PROXY_KEYS are virtual keys beside those of the file', async () => {
  for (const global of ['global-secret-1', 'global-secret-2']) assert.equal((await world.chat('gpt-4o', { key: global })).status, 200);
  assertRefused(await world.chat('gpt-4o', { key: 'global-secret-1, global-secret-2' }), 401, 'invalid_api_key');
});

for (const [id, allowed, most] of [
  ['per-second', 2, 3],
  ['per-minute', 2, 61],
  ['per-day', 1, 86_400],
] as const) {
  test(`${id}: over the limit is 429 with the time to come back`, async () => {
    for (let turn = 0; turn < allowed; turn += 1) assert.equal((await world.chat('gpt-4o', { key: secret(id) })).status, 200);
    const answer = await world.chat('gpt-4o', { key: secret(id) });
    assertRefused(answer, 429, 'rate_limit_exceeded');
    const seconds = Number(answer.headers['retry-after']);
    assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= most, `retry-after ${answer.headers['retry-after']}`);
    assert.match(answer.text, new RegExp(id.replace('per-', 'requests per ')), 'the limit is named');
  });
}

test('tokens of a minute are reserved before and settled after a request', async () => {
  world.script({ rules: [{ usage: { input: 5, output: 5 } }] });
  const ask = (tokens: number): Promise<ClientAnswer> =>
    world.chat('gpt-4o', { key: secret('tokens'), body: { ...chatBody('gpt-4o'), max_tokens: tokens } });
  // 100 reserved, 10 used: the second one fits again.
  assert.equal((await ask(100)).status, 200);
  assert.equal((await ask(100)).status, 200);
  assertRefused(await ask(140), 429, 'rate_limit_exceeded');
  world.script({});
});

test('concurrent requests cannot get past a limit together', async () => {
  world.script({ rules: [{ delayMs: 50 }] });
  const answers = await Promise.all(Array.from({ length: 20 }, () => world.chat('gpt-4o', { key: secret('together') })));
  assert.equal(answers.filter(({ status }) => status === 200).length, 5);
  assert.equal(answers.filter(({ status }) => status === 429).length, 15);
  world.script({});
});

test('a limit of 0 blocks everything, without a time to come back', async () => {
  for (const id of ['zero-second', 'zero-minute', 'zero-day', 'zero-tokens', 'zero-concurrency']) {
    const answer = await world.chat('gpt-4o', { key: secret(id) });
    assertRefused(answer, 429, 'rate_limit_exceeded');
    assert.equal(answer.headers['retry-after'], undefined, id);
  }
});

test('a place is returned when its client leaves, when a stream ends, and when the upstream fails', async () => {
  const ask = (extra: object = {}): Promise<ClientAnswer> => world.chat('gpt-4o', { key: secret('one-at-a-time'), ...extra });
  world.script({
    rules: [
      { match: { nth: 1 }, hang: true },
      { match: { nth: 1 }, status: 400 },
      { match: { nth: 1 }, raw: '' },
    ],
  });
  const leaving = new AbortController();
  const gone = ask({ signal: leaving.signal });
  world.mock.reset();
  world.script({
    rules: [
      { match: { nth: 1 }, hang: true },
      { match: { nth: 1 }, status: 400 },
    ],
  });
  await waitFor('the first request upstream', () => world.received('main')[0]?.bodyAt ?? null);
  const second = await ask();
  assertRefused(second, 429, 'rate_limit_exceeded');
  assert.ok(Number(second.headers['retry-after']) >= 1);
  leaving.abort();
  await assert.rejects(gone);
  await waitFor('the end of the first request', () => world.received('main')[0]?.abortedAt ?? null);
  assert.equal((await ask()).status, 400);
  const stream = await world.streamChat('gpt-4o', { key: secret('one-at-a-time') });
  assert.equal(stream.status, 200);
  await Array.fromAsync(stream.events);
  assert.equal((await ask()).status, 200);
  assertRefused(await world.chat('no-such-model', { key: secret('one-at-a-time') }), 404, 'model_not_found');
  assert.equal((await ask()).status, 200);
  world.script({});
});

test('a request that one limit refuses takes nothing from the others', async () => {
  const ask = (): Promise<ClientAnswer> => world.chat('gpt-4o', { key: secret('atomic') });
  world.script({ rules: [{ delayMs: 150 }] });
  const answers = await Promise.all(Array.from({ length: 5 }, ask));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  world.script({});
  assert.deepEqual([(await ask()).status, (await ask()).status, (await ask()).status], [200, 200, 429]);
});

test('a hot reload changes a limit from the next request on and resets no counter', async () => {
  const ask = async (): Promise<number> => (await world.chat('gpt-4o', { key: secret('reloaded') })).status;
  const reload = async (requestsPerMinute: number): Promise<void> => {
    const before = await revision();
    world.gateway.writeConfig(
      world.config({
        virtualKeys: [...KEYS.filter((entry) => (entry as { id: string }).id !== 'reloaded'), limited('reloaded', { requestsPerMinute })],
      }),
    );
    await waitFor('the new configuration', async () => (await revision()) > before);
  };
  assert.deepEqual([await ask(), await ask()], [200, 200]);
  await reload(4);
  assert.deepEqual([await ask(), await ask(), await ask()], [200, 200, 429]);
  await reload(5);
  assert.deepEqual([await ask(), await ask()], [200, 429]);
});

async function revision(): Promise<number> {
  return ((await world.send('/health/ready')).json() as { revision: number }).revision;
}

test('without any credential configured everybody is 401', async () => {
  const closed = await MockedGateway.start({ providers: PROVIDERS });
  try {
    closed.gateway.writeConfig({ ...(closed.config() as { providers: object[] }), virtualKeys: [] });
    await waitFor('the new configuration', async () => ((await closed.send('/health/ready')).json() as { revision: number }).revision > 1);
    assertRefused(await closed.chat('gpt-4o', { key: null }), 401, 'missing_api_key');
    assertRefused(await closed.chat('gpt-4o', { key: '' }), 401, 'invalid_api_key');
    assertRefused(await closed.chat('gpt-4o'), 401, 'invalid_api_key');
    assert.equal(closed.mock.requestCount, 0);
  } finally {
    await closed.close();
  }
});

test('ALLOW_ANONYMOUS serves unknown credentials, but not disabled or expired keys; TRUST_PROXY believes the proxy in front', async () => {
  const open = await MockedGateway.start({ providers: PROVIDERS, virtualKeys: KEYS, env: { ALLOW_ANONYMOUS: 'true', TRUST_PROXY: '1' } });
  try {
    assert.equal((await open.chat('gpt-4o', { key: null })).status, 200);
    assert.equal((await open.chat('gpt-4o', { key: 'sk-whatever' })).status, 200);
    assertRefused(await open.chat('gpt-4o', { key: secret('off') }), 403, 'key_disabled');
    assertRefused(await open.chat('gpt-4o', { key: secret('old') }), 403, 'key_expired');
    assert.equal((await open.chat('gpt-4o', { key: secret('elsewhere'), headers: { 'x-forwarded-for': '1.2.3.4, 10.1.2.3' } })).status, 200);
    assertRefused(
      await open.chat('gpt-4o', { key: secret('elsewhere'), headers: { 'x-forwarded-for': '10.1.2.3, 1.2.3.4' } }),
      403,
      'address_not_allowed',
    );
    assert.ok(
      open.received('main').every((request) => request.key === 'sk-main-123456'),
      'no client’s credential went on',
    );
  } finally {
    await open.close();
  }
});
