import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdministeredGateway } from '../support/administered-gateway.ts';

type Json = Readonly<Record<string, unknown>>;

const PROVIDERS = '/api/admin/providers';
const KEYS = '/api/admin/virtual-keys';
const MODELS = '/api/admin/models';
/** Nobody listens there. */
const ELSEWHERE = 'http://127.0.0.1:9/v1';
let world: AdministeredGateway;

before(async () => {
  world = await AdministeredGateway.start();
  await addProvider('base', { modelMapping: { fast: 'upstream-fast' } });
});
after(() => world.close());

async function addProvider(id: string, fields: object = {}): Promise<Json> {
  const made = await world.admin.post(PROVIDERS, { id, name: `The ${id}`, baseUrl: world.address('base'), apiKey: 'sk-of-llm-gateway-1', ...fields });
  assert.equal(made.status, 200, made.text);
  assert.ok(!made.text.includes('sk-of-llm-gateway'));
  return made.json;
}

/** A virtual key as that program makes it; gives its secret. */
async function addKey(fields: object): Promise<{ readonly key: Json; readonly secret: string; readonly answer: Json }> {
  const made = await world.admin.post(KEYS, { keyType: 'auto', ...fields });
  assert.equal(made.status, 200, made.text);
  return { key: made.json['virtualKey'] as Json, secret: String(made.json['keyValue']), answer: made.json };
}

async function statuses(secret: string, model: string, times: number): Promise<readonly number[]> {
  const all: number[] = [];
  for (let index = 0; index < times; index += 1) all.push((await world.chat(model, secret)).status);
  return all;
}

test('a provider is shown with the names of LLM Gateway beside our own, and never with its key', async () => {
  const shown = await world.admin.get(`${PROVIDERS}/base?includeApiKey=true`);
  assert.ok(!shown.text.includes('sk-of-llm-gateway'));
  const { json } = shown;
  assert.deepEqual(
    [json['id'], json['name'], json['baseUrl'], json['apiKey'], json['enabled']],
    ['base', 'The base', world.address('base'), '***', true],
  );
  assert.deepEqual(json['modelMapping'], { fast: 'upstream-fast' });
  assert.deepEqual(json['protocolMappings'], { openai: world.address('base') });
  assert.deepEqual([typeof json['createdAt'], typeof json['updatedAt']], ['number', 'number']);
  const list = await world.admin.get(PROVIDERS);
  assert.deepEqual(
    (list.json['providers'] as Json[]).map(({ id }) => id),
    (list.json['items'] as Json[]).map(({ id }) => id),
  );
  assert.equal((list.json['providers'] as Json[])[0]?.['apiKey'], '***');
  const page = await world.admin.get(`${PROVIDERS}?limit=1`);
  assert.equal(page.json['providers'], undefined);
});

test('an id that is taken is 400 for a body of LLM Gateway and 409 for one of ours', async () => {
  const theirs = await world.admin.post(PROVIDERS, { id: 'base', name: 'x', baseUrl: world.address('base'), apiKey: 'sk-x-000000' });
  assert.deepEqual([theirs.status, (theirs.json['error'] as Json)['message']], [400, '提供商 ID 已存在']);
  assert.equal((await world.admin.post(PROVIDERS, { id: 'base', preset: 'openai' })).status, 409);
});

test('our own bodies are answered as before, and fields that nobody knows are refused', async () => {
  const own = await world.admin.post(PROVIDERS, { id: 'own', protocols: { 'openai-chat': world.address('own') }, keys: ['sk-own-00000000'] });
  assert.equal(own.status, 201, own.text);
  assert.equal(own.json['ignored'], undefined);
  for (const body of [
    { id: 'x', baseUrl: world.address('x'), apiKey: 'sk-x-000000', surprise: 1 },
    { id: 'x', surprise: 1 },
  ]) {
    const { status, json } = await world.admin.post(PROVIDERS, body);
    assert.deepEqual([status, (json['error'] as Json)['param']], [400, 'surprise']);
  }
  assert.equal((await world.admin.post(PROVIDERS, { id: 'x', baseUrl: 'nowhere', apiKey: 'sk-x-000000' })).status, 400);
  assert.deepEqual((await world.admin.delete(`${PROVIDERS}/own`)).json['success'], true);
});

test('a provider is changed by field; what is sent back as it was shown, mask included, changes nothing', async () => {
  await addProvider('edited', { modelMapping: { a: 'b' }, description: 'for people' });
  const { baseUrl, protocolMappings, apiKey, modelMapping, name } = (await world.admin.get(`${PROVIDERS}/edited`)).json;
  const revision = Number((await world.admin.get(`${PROVIDERS}/edited`)).json['revision']);
  const same = await world.admin.put(`${PROVIDERS}/edited`, { name, baseUrl, protocolMappings, apiKey, modelMapping, description: 'x' });
  assert.equal(same.status, 200, same.text);
  assert.deepEqual([same.json['revision'], same.json['ignored']], [revision, ['description']]);

  const mapped = await world.admin.put(`${PROVIDERS}/edited`, { modelMapping: { c: 'd' }, name: 'Edited' });
  assert.deepEqual([mapped.json['modelMapping'], mapped.json['name']], [{ c: 'd' }, 'Edited']);
  assert.equal((await world.chat('edited/c')).status, 200);
  assert.equal(world.mock.requests.at(-1)?.model, 'd');

  await world.admin.put(`${PROVIDERS}/edited`, { apiKey: 'sk-of-llm-gateway-2' });
  await world.chat('edited/c');
  assert.equal(world.mock.requests.at(-1)?.key, 'sk-of-llm-gateway-2');
  assert.equal((await world.admin.put(`${PROVIDERS}/edited`, { baseUrl: ELSEWHERE })).status, 409);
  const moved = await world.admin.put(`${PROVIDERS}/edited`, { baseUrl: ELSEWHERE, apiKey: 'sk-of-llm-gateway-3' });
  assert.deepEqual([moved.status, moved.json['baseUrl']], [200, ELSEWHERE]);
  await world.admin.delete(`${PROVIDERS}/edited`);
});

test('an id that is no slug is the same slug every time', async () => {
  const made = await addProvider('Deep Seek');
  assert.match(String(made['id']), /^deep-seek-[0-9a-f]{8}$/);
  assert.equal((await world.admin.get(`${PROVIDERS}/Deep%20Seek`)).json['id'], made['id']);
  assert.equal((await world.admin.put(`${PROVIDERS}/Deep%20Seek`, { apiKey: 'sk-of-llm-gateway-9' })).status, 200);
  assert.equal((await world.admin.delete(`${PROVIDERS}/Deep%20Seek`)).json['success'], true);
});

test('many providers come at once, those that are there are skipped', async () => {
  const { json } = await world.admin.post(`${PROVIDERS}/batch-import`, {
    providers: [
      { id: 'base', name: 'x', baseUrl: world.address('base') },
      { id: 'imported', name: 'Imported', baseUrl: world.address('base'), enabled: false },
    ],
  });
  const { success, skipped, failed } = json['results'] as Json;
  assert.deepEqual([json['success'], success, skipped, failed], [true, 1, 1, 0]);
  assert.equal((await world.admin.get(`${PROVIDERS}/imported`)).json['enabled'], false);
});

test('a virtual key is told once with its secret, works at once, and what means nothing here is named', async () => {
  const { key, secret, answer } = await addKey({
    name: 'Team Red',
    modelIds: ['fast'],
    routingStrategy: 'single',
    cacheEnabled: true,
    disableLogging: false,
    zeroTemperatureReplacement: 0.7,
  });
  assert.deepEqual(answer['ignored'], ['routingStrategy', 'cacheEnabled', 'disableLogging', 'zeroTemperatureReplacement']);
  assert.deepEqual([key['name'], key['modelIds'], key['rateLimit'], key['enabled']], ['Team Red', ['fast'], null, true]);
  assert.notEqual(key['keyValue'], secret);
  assert.deepEqual(await statuses(secret, 'fast', 1), [200]);
  assert.deepEqual(await statuses(secret, 'other', 1), [403]);
  const list = await world.admin.get(KEYS);
  assert.ok(!list.text.includes(secret));
  assert.ok((list.json['virtualKeys'] as Json[]).some(({ id }) => id === key['id']));
  assert.equal((await world.admin.delete(`${KEYS}/${String(key['id'])}`)).json['success'], true);
  assert.deepEqual(await statuses(secret, 'fast', 1), [401]);
});

test('a secret of one’s own has 8 to 64 letters, digits, _ and -', async () => {
  const { secret } = await addKey({ name: 'Custom', keyType: 'custom', customKey: 'my_custom-key_1' });
  assert.equal(secret, 'my_custom-key_1');
  assert.deepEqual(await statuses(secret, 'fast', 1), [200]);
  for (const customKey of ['short', 'with space in it', 'x'.repeat(65), null]) {
    const made = await world.admin.post(KEYS, { name: 'x', keyType: 'custom', customKey });
    assert.deepEqual([made.status, (made.json['error'] as Json)['param']], [400, 'customKey']);
  }
  assert.equal((await world.admin.post(`${KEYS}/validate`, { customKey: 'my_custom-key_1' })).json['valid'], false);
  assert.deepEqual((await world.admin.post(`${KEYS}/validate`, { customKey: 'another_custom-1' })).json, { valid: true });
});

test('rateLimit is requests a minute; 0 and null are unlimited', async () => {
  for (const rateLimit of [0, null]) {
    const { key, secret } = await addKey({ name: `Unlimited ${String(rateLimit)}`, rateLimit });
    assert.equal(key['rateLimit'], null);
    assert.deepEqual(await statuses(secret, 'fast', 5), [200, 200, 200, 200, 200]);
  }
  const { key, secret } = await addKey({ name: 'Two a minute', rateLimit: 2 });
  assert.equal(key['rateLimit'], 2);
  assert.deepEqual(await statuses(secret, 'fast', 3), [200, 200, 429]);
  const freed = await world.admin.put(`${KEYS}/${String(key['id'])}`, { rateLimit: 0 });
  assert.equal(freed.json['rateLimit'], null);
  assert.deepEqual(await statuses(secret, 'fast', 2), [200, 200]);
  assert.equal((await world.admin.put(`${KEYS}/${String(key['id'])}`, { rateLimit: -1 })).status, 400);
});

test('a key for models of a provider may use those alone; an empty list is refused, so that it does not open all', async () => {
  await addProvider('scoped', { modelMapping: { mine: 'm1' } });
  const { key, secret } = await addKey({ name: 'Scoped', modelIds: ['scoped/mine'], providerId: 'scoped' });
  const shown = (await world.admin.get(`${KEYS}/${String(key['id'])}`)).json;
  assert.deepEqual([shown['models'], shown['providers'], shown['providerId'], shown['modelId']], [['mine'], ['scoped'], 'scoped', 'mine']);
  assert.deepEqual(await statuses(secret, 'mine', 1), [200]);
  assert.deepEqual(await statuses(secret, 'fast', 1), [403]);
  assert.equal((await world.admin.put(`${KEYS}/${String(key['id'])}`, { modelIds: [] })).status, 400);
  assert.equal((await world.admin.post(KEYS, { name: 'Nothing', modelIds: [] })).status, 400);
  assert.deepEqual(await statuses(secret, 'fast', 1), [403]);
  assert.equal((await world.admin.delete(`${PROVIDERS}/scoped`)).status, 409);
});

test('models are added, shown, changed and removed by the names of LLM Gateway', async () => {
  const made = await world.admin.post(MODELS, {
    providerId: 'base',
    modelIdentifier: 'gpt-test',
    name: 'GPT for tests',
    isVirtual: false,
    protocol: 'openai',
    enabled: true,
    modelAttributes: { context_length: 64_000, input_cost_per_token: 0.000001, output_cost_per_token: 0.000002, supports_vision: true },
  });
  assert.equal(made.status, 200, made.text);
  assert.deepEqual([made.json['id'], made.json['contextTokens'], made.json['price']], ['base/gpt-test', 64_000, { input: 1, output: 2 }]);
  assert.deepEqual([made.json['providerId'], made.json['modelIdentifier'], made.json['isVirtual']], ['base', 'gpt-test', false]);
  assert.deepEqual(made.json['ignored'], ['protocol', 'modelAttributes']);
  const list = await world.admin.get(MODELS);
  assert.ok((list.json['models'] as Json[]).some(({ modelIdentifier }) => modelIdentifier === 'gpt-test'));
  const ofProvider = await world.admin.get(`${MODELS}/by-provider/base`);
  assert.equal((ofProvider.json['models'] as Json[]).length, (ofProvider.json['items'] as Json[]).length);

  const id = encodeURIComponent('base/gpt-test');
  const changed = await world.admin.put(`${MODELS}/${id}`, { modelIdentifier: 'gpt-test-2', name: 'For people' });
  assert.deepEqual([changed.status, changed.json['id'], changed.json['modelIdentifier']], [200, 'base/gpt-test', 'gpt-test-2']);
  assert.equal((await world.chat('gpt-test')).status, 200);
  assert.equal(world.mock.requests.at(-1)?.model, 'gpt-test-2');
  for (const body of [
    { isVirtual: true, modelIdentifier: 'v', providerId: 'base' },
    { enabled: false, modelIdentifier: 'v', providerId: 'base' },
  ]) {
    assert.equal((await world.admin.post(MODELS, body)).status, 400);
  }
  assert.equal((await world.admin.delete(`${MODELS}/${id}`)).json['success'], true);
});

test('the configuration is said to be there; what is not in this release says so', async () => {
  const regenerated = await world.admin.post('/api/admin/config/regenerate');
  assert.deepEqual([regenerated.status, regenerated.json['success']], [200, true]);
  const status = (await world.admin.get('/api/admin/config/status')).json;
  assert.deepEqual([status['exists'], status['source'], status['problem']], [true, 'database', null]);
  for (const base of ['/api/admin/routing-configs', '/api/admin/config/routing-configs']) {
    assert.deepEqual((await world.admin.get(base)).json, { configs: [] });
    const refused = await world.admin.post(base, { name: 'x' });
    assert.deepEqual([refused.status, (refused.json['error'] as Json)['code']], [404, 'not_found']);
  }
  const absent: readonly (readonly [string, string])[] = [
    ['POST', '/api/agent/register'],
    ['POST', '/api/agent/heartbeat'],
    ['GET', '/api/agent/config'],
    ['POST', '/api/agent/report-status'],
    ['POST', '/api/admin/docker/start'],
    ['POST', '/api/admin/docker/stop'],
    ['GET', '/api/admin/docker/status'],
  ];
  for (const [method, path] of absent) {
    const { status: code, json } = await world.admin.request(method, path, method === 'POST' ? {} : undefined);
    assert.deepEqual([code, (json['error'] as Json)['code']], [404, 'not_found'], path);
    assert.match(String((json['error'] as Json)['message']), /not in this release|no container/);
  }
});
