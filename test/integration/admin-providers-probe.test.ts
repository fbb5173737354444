import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';

import { AdministeredGateway } from '../support/administered-gateway.ts';

const SECRET = 'sk-probed-Zq7Lw9xT2mVb4Kd8';
const OTHER = 'sk-probed-Hn3Rt6yU8pQw1Ez5';
const PROVIDERS = '/api/admin/providers';

let rig: AdministeredGateway;

before(async () => {
  rig = await AdministeredGateway.start();
  await rig.addProvider('probed', {
    keys: [
      { id: 'good', secret: SECRET },
      { id: 'bad', secret: OTHER },
      { id: 'off', secret: `${OTHER}-off`, enabled: false },
    ],
  });
});
beforeEach(() => rig.mock.reset());
after(() => rig.close());

test('a provider is tested with each enabled key, and with the one that is named', async () => {
  rig.mock.script({ rules: [{ match: { key: SECRET } }, { status: 401 }] });
  const { status, json } = await rig.admin.post(`${PROVIDERS}/probed/test`);
  assert.deepEqual([status, json['success'], json['status'], json['verdict'], json['leftOut']], [200, false, 401, 'rejected', 0]);
  assert.match(String(json['message']), /^Of 2 keys that were tested 1 failed; the first is bad: /u);
  const keys = json['keys'] as readonly { key: string; success: boolean; verdict: string }[];
  assert.deepEqual(
    keys.map(({ key, success, verdict }) => [key, success, verdict]),
    [
      ['good', true, 'accepted'],
      ['bad', false, 'rejected'],
    ],
  );
  const good = await rig.admin.post(`${PROVIDERS}/probed/test`, { key: 'good' });
  assert.deepEqual(
    [good.json['success'], good.json['status'], good.json['verdict'], good.json['message']],
    [true, 200, 'accepted', 'The upstream took the key.'],
  );
  assert.equal(typeof good.json['latencyMs'], 'number');
  const off = await rig.admin.post(`${PROVIDERS}/probed/keys/off/test`);
  assert.deepEqual([off.json['success'], off.json['verdict'], rig.mock.requests.at(-1)?.key], [false, 'rejected', `${OTHER}-off`]);
  assert.equal((await rig.admin.post(`${PROVIDERS}/probed/keys/none/test`)).status, 404);
  assert.equal((await rig.admin.post(`${PROVIDERS}/none/test`)).status, 404);
});

test('at most twenty keys are tested at once, and the rest is told', async () => {
  await rig.addProvider('crowded', { keys: Array.from({ length: 23 }, (_, index) => ({ id: `k${index}`, secret: `sk-crowded-${index}-abcdef` })) });
  rig.mock.script({ rules: [{ match: { key: null }, status: 401 }] });
  const { json } = await rig.admin.post(`${PROVIDERS}/crowded/test`);
  assert.deepEqual([json['success'], json['verdict'], json['leftOut']], [true, 'accepted', 3]);
  assert.equal(json['message'], 'All 20 keys that were tested work. Not tested: 3 more.');
  const asked = new Set(rig.mock.requests.flatMap(({ key }) => key ?? []));
  assert.equal(asked.size, 20);
});

test('a stored secret cannot be sent anywhere else', async () => {
  const elsewhere = `${rig.mock.origin}/thief/v1`;
  for (const fields of [{ baseUrl: elsewhere }, { protocols: { 'openai-chat': elsewhere } }, { apiKey: '' }, { headers: { a: 'b' } }]) {
    const refused = await rig.admin.post(`${PROVIDERS}/fetch-models`, { id: 'probed', ...fields });
    assert.deepEqual([refused.status, (refused.json['error'] as { param: string }).param], [400, Object.keys(fields)[0]]);
  }
  for (const path of [`${PROVIDERS}/probed/test`, `${PROVIDERS}/probed/fetch-models`]) {
    const refused = await rig.admin.post(path, { baseUrl: elsewhere });
    assert.deepEqual([refused.status, (refused.json['error'] as { param: string }).param], [400, 'baseUrl']);
  }
  assert.equal(rig.mock.requestCount, 0);
});

test('the models of a stored provider and of one that is not saved are fetched', async () => {
  rig.mock.script({ rules: [{ body: { data: [{ id: 'm-1', object: 'model', created: 1700000000, owned_by: 'us', context_length: 4096 }] } }] });
  const expected = { id: 'm-1', name: 'm-1', created: 1_700_000_000, object: 'model', owned_by: 'us', contextTokens: 4096, maxOutputTokens: null };
  const named = await rig.admin.post(`${PROVIDERS}/fetch-models`, { id: 'probed', key: 'bad' });
  const stored = await rig.admin.post(`${PROVIDERS}/probed/fetch-models`);
  const fresh = { baseUrl: rig.address('fresh'), apiKey: 'sk-fresh-123456789', allowPrivateNetwork: true };
  const older = await rig.admin.post(`${PROVIDERS}/fetch-models`, fresh);
  const preset = { preset: 'custom', protocols: { 'openai-chat': rig.address('own') }, secret: 'sk-own-123456789', allowPrivateNetwork: true };
  const own = await rig.admin.post(`${PROVIDERS}/fetch-models`, preset);
  for (const { status, json } of [named, stored, older, own]) {
    assert.deepEqual([status, json['success'], json['models'], json['isComplete']], [200, true, [expected], true]);
    assert.equal(json['message'], 'Models that the upstream lists: 1.');
  }
  assert.deepEqual(
    rig.mock.requests.map(({ key, url }) => [key, url]),
    [
      [OTHER, '/probed/v1/models'],
      [SECRET, '/probed/v1/models'],
      ['sk-fresh-123456789', '/fresh/v1/models'],
      ['sk-own-123456789', '/own/v1/models'],
    ],
  );
});

test('wrong fields of a provider that is not saved are told as they were written', async () => {
  const cases: readonly (readonly [body: object, param: string | null])[] = [
    [{ baseUrl: 'ftp://example.com' }, 'baseUrl'],
    [{ baseUrl: 'https://user:word@example.com/v1' }, 'baseUrl'],
    [{ preset: 'opnai' }, 'preset'],
    [{ protocols: { 'openai-chat': 'nonsense' } }, 'protocols.openai-chat'],
    [{ preset: 'openai', apiKey: 'two words' }, 'apiKey'],
    [{ preset: 'openai', secret: 'two words' }, 'secret'],
    [{ baseUrl: 'https://example.com/v1', protocols: { 'openai-chat': 'https://example.com/v1' } }, 'baseUrl'],
    [{ preset: 'openai', proxyUrl: 'http://127.0.0.1:1' }, 'proxyUrl'],
    [{ key: 'good' }, 'key'],
  ];
  for (const [body, param] of cases) {
    const refused = await rig.admin.post(`${PROVIDERS}/fetch-models`, body);
    assert.deepEqual([refused.status, (refused.json['error'] as { param: string }).param], [400, param], JSON.stringify(body));
  }
  assert.equal((await rig.admin.post(`${PROVIDERS}/fetch-models`, {})).status, 400);
  assert.equal(rig.mock.requestCount, 0);
});

test('no spelling of an address leads into the own network or to the credentials of a cloud', async () => {
  const { port } = rig.mock;
  const own = ['127.0.0.1', '127.1', '0x7f.1', '0x7f000001', '2130706433', '0177.0.0.1', '127.0.0.1.', '0', '[::1]', '[::]', '[::ffff:127.0.0.1]'];
  const names = ['localhost', 'LOCALHOST.', 'redis', '10.0.0.1', '192.168.1.1', '172.16.0.1', '100.64.0.1', '[fd00::1]', '[fe80::1]', '①②⑦.0.0.1'];
  const metadata = ['169.254.169.254', '169.254.169.254.', '2852039166', '0xa9fea9fe', '[::ffff:169.254.169.254]', 'metadata.google.internal.'];
  for (const host of [...own, ...names, ...metadata, 'user:word@127.0.0.1']) {
    const baseUrl = `http://${host}:${port}/thief/v1`;
    for (const body of [{ baseUrl }, { preset: 'openai', baseUrl }, { preset: 'custom', protocols: { 'openai-chat': baseUrl } }]) {
      const refused = await rig.admin.post(`${PROVIDERS}/fetch-models`, { ...body, apiKey: 'sk-nobody-123456' });
      assert.deepEqual([refused.status, (refused.json['error'] as { code: string }).code], [400, 'invalid_field'], baseUrl);
    }
  }
  for (const host of metadata) {
    const allowed = { baseUrl: `http://${host}/v1`, allowPrivateNetwork: true };
    assert.equal((await rig.admin.post(`${PROVIDERS}/fetch-models`, allowed)).status, 400, host);
  }
  assert.equal(rig.mock.requestCount, 0);
});

test('an upstream that leads elsewhere is not followed', async () => {
  rig.mock.script({ rules: [{ redirect: `${rig.mock.origin}/thief/v1/models` }] });
  const { json } = await rig.admin.post(`${PROVIDERS}/probed/fetch-models`);
  assert.deepEqual([json['success'], json['models']], [false, []]);
  assert.deepEqual(
    rig.mock.requests.map(({ url }) => url),
    ['/probed/v1/models'],
  );
});

test('an upstream that repeats the secret leaks it nowhere', async () => {
  const told = { error: { message: `Incorrect API key provided: ${SECRET}. Also Bearer ${OTHER}.`, code: 'invalid_api_key' } };
  const unsaved = { baseUrl: rig.address('echo'), apiKey: `${SECRET}-unsaved`, allowPrivateNetwork: true };
  rig.mock.script({
    rules: [
      { match: { key: unsaved.apiKey }, status: 401, body: { error: { message: `no ${unsaved.apiKey}` } } },
      { status: 401, body: told },
    ],
  });
  const answers = [
    await rig.admin.post(`${PROVIDERS}/probed/test`),
    await rig.admin.post(`${PROVIDERS}/probed/keys/good/test`),
    await rig.admin.post(`${PROVIDERS}/probed/fetch-models`),
    await rig.admin.post(`${PROVIDERS}/fetch-models`, unsaved),
    await rig.admin.post('/api/admin/models/probed%2Fany/test'),
    await rig.admin.get(`${PROVIDERS}/probed`),
    await rig.admin.get(`${PROVIDERS}/probed/keys`),
    await rig.admin.get(`${PROVIDERS}/export`),
  ];
  assert.match(String(answers[1]?.json['upstreamMessage']), /^Incorrect API key provided: \[redacted\]/u);
  assert.equal(answers[3]?.json['upstreamMessage'], 'no [redacted]');
  for (const { status, text } of answers) {
    assert.equal(status, 200);
    for (const secret of [SECRET, OTHER, unsaved.apiKey]) assert.ok(!text.includes(secret), text);
  }
  const printed = rig.gateway.stdout() + rig.gateway.stderr();
  const stored = readdirSync(rig.gateway.dataDir)
    .filter((name) => name.startsWith('headgate.db'))
    .map((name) => readFileSync(join(rig.gateway.dataDir, name), 'latin1'))
    .join('');
  for (const act of ['provider.test', 'provider-key.test', 'provider.fetch-models', 'model.test', 'provider.create'])
    assert.ok(stored.includes(act), act);
  for (const secret of [SECRET, OTHER]) assert.ok(!printed.includes(secret) && !stored.includes(secret));
});
