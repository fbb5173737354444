import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdministeredGateway } from '../support/administered-gateway.ts';
import { AdminClient } from '../support/admin-client.ts';
import { startGateway } from '../support/start-gateway.ts';

type Json = Readonly<Record<string, unknown>>;

const BASE = '/admin/v1';
/** Nobody listens there. */
const ELSEWHERE = 'http://127.0.0.1:9/v1';
const NAMES = [
  { path: `${BASE}/master-keys`, list: 'keys', one: 'key' },
  { path: `${BASE}/credentials`, list: 'credentials', one: 'credential' },
] as const;
let world: AdministeredGateway;

before(async () => {
  world = await AdministeredGateway.start();
});
after(() => world.close());

function providerBody(id: string, fields: object = {}): object {
  return { id, provider_type: 'openai', api_base: world.address(id), api_key: `sk-of-${id}-00000`, model_mapping: {}, ...fields };
}

async function addProvider(id: string, fields: object = {}): Promise<Json> {
  const made = await world.admin.post(`${BASE}/providers`, providerBody(id, fields));
  assert.equal(made.status, 201, made.text);
  return made.json;
}

async function addKey(id: string, fields: object = {}): Promise<void> {
  const made = await world.admin.post(`${BASE}/master-keys`, { id, key: `mk-of-${id}-00000`, name: id, ...fields });
  assert.equal(made.status, 201, made.text);
  assert.ok(!made.text.includes(`mk-of-${id}`));
}

test('credentials: 401 says whether the header is missing or the key is wrong', async () => {
  const nobody = new AdminClient(world.gateway.origin, null);
  const missing = 'Missing or invalid authorization header';
  for (const [headers, detail] of [
    [{}, missing],
    [{ authorization: 'Basic YTpi' }, missing],
    [{ authorization: 'Bearer wrong' }, 'Invalid admin key'],
    [{ 'x-admin-token': 'wrong' }, 'Invalid admin key'],
  ] as const) {
    const answer = await nobody.get(`${BASE}/providers`, headers as Record<string, string>);
    assert.deepEqual([answer.status, answer.json['detail']], [401, detail]);
  }
  const validated = await world.admin.request('POST', `${BASE}/auth/validate`);
  assert.deepEqual([validated.status, validated.json['valid'], typeof validated.json['message']], [200, true, 'string']);
});

test('health tells strangers the status alone, and the rest to those with credentials', async () => {
  const stranger = await new AdminClient(world.gateway.origin, null).get(`${BASE}/health`);
  assert.deepEqual([stranger.status, stranger.json], [200, { status: 'ok' }]);
  const { json } = await world.admin.get(`${BASE}/health`);
  assert.deepEqual(Object.keys(json), ['status', 'database_configured', 'admin_key_configured', 'config_loaded', 'config_version']);
  assert.deepEqual([json['database_configured'], json['admin_key_configured'], json['config_loaded']], [true, true, true]);
});

test('without an admin key everything is 503 for strangers, and a user who signed in is let in', async () => {
  await using gateway = await startGateway({ env: { ADMIN_USERNAME: 'ada', ADMIN_PASSWORD: 'seven green bottles standing' } });
  const nobody = new AdminClient(gateway.origin, null);
  for (const path of ['/providers', '/master-keys', '/config/version']) {
    const closed = await nobody.get(`${BASE}${path}`);
    assert.deepEqual([closed.status, typeof closed.json['detail']], [503, 'string'], path);
  }
  assert.equal((await nobody.get(`${BASE}/health`)).status, 200);
  const login = await nobody.post('/admin/login', { username: 'ada', password: 'seven green bottles standing' });
  const ada = new AdminClient(gateway.origin, String(login.json['token']));
  assert.deepEqual((await ada.get(`${BASE}/providers`)).json, { version: 0, providers: [] });
});

test('providers: created with 201, listed and read without their key, changed by field, switched, removed with 204', async () => {
  const made = await addProvider('life', { model_mapping: { public: 'private' }, is_enabled: true, weight: 2 });
  const provider = made['provider'] as Json;
  assert.deepEqual(provider, {
    id: 'life',
    provider_key: 'life',
    name: 'life',
    provider_type: 'openai',
    api_base: world.address('life'),
    model_mapping: { public: 'private' },
    weight: 2,
    is_enabled: true,
  });
  assert.equal((await world.chat('public')).status, 200);
  assert.deepEqual([world.mock.requests.at(-1)?.model, world.mock.requests.at(-1)?.key], ['private', 'sk-of-life-00000']);

  const list = await world.admin.get(`${BASE}/providers`);
  assert.ok(!list.text.includes('sk-of-life'));
  assert.deepEqual((list.json['providers'] as Json[]).at(-1), provider);
  assert.equal(typeof list.json['version'], 'number');
  assert.equal((await world.admin.get(`${BASE}/providers/life`)).json['api_base'], world.address('life'));

  const changed = await world.admin.put(`${BASE}/providers/life`, { api_key: 'sk-of-life-11111', model_mapping: { public: 'other' } });
  assert.deepEqual([changed.status, changed.json], [200, { version: Number(made['version']) + 1, status: 'updated' }]);
  assert.equal((await world.chat('public')).status, 200);
  assert.deepEqual([world.mock.requests.at(-1)?.model, world.mock.requests.at(-1)?.key], ['other', 'sk-of-life-11111']);
  await world.admin.put(`${BASE}/providers/life`, { api_key: '', is_enabled: true });
  await world.chat('public');
  assert.equal(world.mock.requests.at(-1)?.key, 'sk-of-life-11111');

  const off = await world.admin.request('PATCH', `${BASE}/providers/life/status?enabled=False`);
  assert.deepEqual([off.status, off.json['is_enabled']], [200, false]);
  assert.notEqual((await world.chat('public')).status, 200);

  const gone = await world.admin.delete(`${BASE}/providers/life`);
  assert.deepEqual([gone.status, gone.text], [204, '']);
  for (const method of ['GET', 'DELETE']) assert.equal((await world.admin.request(method, `${BASE}/providers/life`)).status, 404);
});

test('providers: what cannot be done is told as a detail', async () => {
  await addProvider('taken');
  const again = await world.admin.post(`${BASE}/providers`, providerBody('taken'));
  assert.deepEqual([again.status, typeof again.json['detail']], [409, 'string']);
  const nothing = await world.admin.put(`${BASE}/providers/taken`, {});
  assert.deepEqual([nothing.status, nothing.json], [400, { detail: 'No fields to update' }]);
  assert.equal((await world.admin.put(`${BASE}/providers/nobody`, {})).status, 404);
  const refusals: readonly (readonly [object, string])[] = [
    [{ id: 'x', api_key: 'sk-x' }, 'api_base'],
    [{ id: 'x', api_base: world.address('x') }, 'api_key'],
    [{ api_base: world.address('x'), api_key: 'sk-x' }, 'id'],
    [providerBody('x', { api_base: 'nowhere' }), 'api_base'],
    [providerBody('x', { provider_type: 'teapot' }), 'provider_type'],
    [providerBody('x', { model_mapping: { 'gpt-.*': 'gpt-4' } }), 'model_mapping'],
    [providerBody('x', { weight: 0 }), 'weight'],
  ];
  for (const [body, field] of refusals) {
    const { status, json, text } = await world.admin.post(`${BASE}/providers`, body);
    assert.equal(status, 422, text);
    assert.ok(String(json['detail']).includes(field), text);
  }
  const elsewhere = await world.admin.put(`${BASE}/providers/taken`, { api_base: ELSEWHERE });
  assert.deepEqual([elsewhere.status, typeof elsewhere.json['detail']], [400, 'string']);
  const both = await world.admin.put(`${BASE}/providers/taken`, { api_base: ELSEWHERE, api_key: 'sk-again-00000' });
  assert.equal(both.status, 200, both.text);
  await world.admin.delete(`${BASE}/providers/taken`);
});

test('a mapping may hold objects with mapped_model; an empty one lets any model pass', async () => {
  await addProvider('mapped', { model_mapping: { one: { mapped_model: 'uno', max_tokens: 1000 } } });
  await world.chat('one');
  assert.equal(world.mock.requests.at(-1)?.model, 'uno');
  assert.equal((await world.chat('never-heard-of')).status, 404);
  await world.admin.put(`${BASE}/providers/mapped`, { model_mapping: {} });
  assert.deepEqual((await world.admin.get(`${BASE}/providers/mapped`)).json['model_mapping'], {});
  assert.equal((await world.chat('never-heard-of')).status, 200);
  await world.admin.delete(`${BASE}/providers/mapped`);
});

test('an id that is no slug is the same slug every time, and goes on naming its provider', async () => {
  const fields = { api_base: world.address('azure'), api_key: 'sk-of-azure-00000' };
  const made = await addProvider('Azure East_2', fields);
  const id = String((made['provider'] as Json)['id']);
  assert.match(id, /^azure-east-2-[0-9a-f]{8}$/);
  assert.equal((await world.admin.post(`${BASE}/providers`, providerBody('Azure East_2', fields))).status, 409);
  assert.equal((await world.admin.get(`${BASE}/providers/Azure%20East_2`)).json['id'], id);
  assert.equal((await world.admin.delete(`${BASE}/providers/Azure%20East_2`)).status, 204);
});

test('a provider of Anthropic or Gemini is spoken to in its own protocol', async () => {
  await addProvider('claude', { provider_type: 'anthropic', model_mapping: { c: 'claude-x' } });
  const shown = (await world.admin.get('/api/admin/providers/claude')).json;
  assert.deepEqual(Object.keys(shown['protocols'] as object), ['anthropic-messages']);
  const { api_base: base, provider_type: type, model_mapping: mapping } = (await world.admin.get(`${BASE}/providers/claude`)).json;
  assert.equal(type, 'anthropic');
  // Only the address is another one: the protocol stays.
  await world.admin.put(`${BASE}/providers/claude`, { api_base: ELSEWHERE, api_key: 'sk-of-claude-11111' });
  assert.equal((await world.admin.get(`${BASE}/providers/claude`)).json['provider_type'], 'anthropic');
  await world.admin.put(`${BASE}/providers/claude`, { api_base: base, api_key: 'sk-of-claude-11111' });
  const { revision } = (await world.admin.get('/api/admin/providers/claude')).json;
  await world.admin.put(`${BASE}/providers/claude`, { provider_type: type, api_base: base, model_mapping: mapping, api_key: '' });
  assert.equal((await world.admin.get('/api/admin/providers/claude')).json['revision'], revision);
  await world.admin.delete(`${BASE}/providers/claude`);
});

for (const { path, list, one } of NAMES) {
  test(`${path}: created with 201, listed with a preview, changed, switched, rotated, removed with 204`, async () => {
    await addProvider('for-keys');
    const secret = `mk-${one}-0123456789`;
    const made = await world.admin.post(path, { id: `k-${one}`, key: secret, name: 'Default Key', allowed_models: ['*'] });
    assert.equal(made.status, 201, made.text);
    const { created_at: created, updated_at: updated, key_preview: preview, ...shown } = made.json[one] as Json;
    assert.deepEqual(shown, { id: `k-${one}`, name: 'Default Key', allowed_models: [], rate_limit: null, is_enabled: true });
    assert.deepEqual([typeof created, typeof updated, typeof preview], ['string', 'string', 'string']);
    assert.equal((await world.chat('m', secret)).status, 200);
    assert.equal((await world.admin.post(path, { id: `k-${one}`, key: `${secret}-2`, name: 'x' })).status, 409);
    assert.equal((await world.admin.post(path, { id: 'no-secret', name: 'x' })).status, 422);

    const all = await world.admin.get(path);
    assert.ok(!all.text.includes(secret));
    assert.ok((all.json[list] as Json[]).some(({ id }) => id === `k-${one}`));
    assert.equal((await world.admin.get(`${path}/k-${one}`)).json['name'], 'Default Key');

    assert.equal((await world.admin.put(`${path}/k-${one}`, { allowed_models: ['only-this'] })).json['status'], 'updated');
    assert.equal((await world.chat('m', secret)).status, 403);
    await world.admin.put(`${path}/k-${one}`, { allowed_models: [] });
    assert.equal((await world.chat('m', secret)).status, 200);
    assert.deepEqual((await world.admin.put(`${path}/k-${one}`, {})).json, { detail: 'No fields to update' });

    const off = await world.admin.request('PATCH', `${path}/k-${one}/status?enabled=false`);
    assert.deepEqual([off.status, off.json['is_enabled']], [200, false]);
    assert.equal((await world.chat('m', secret)).status, 403);
    await world.admin.request('PATCH', `${path}/k-${one}/status?enabled=true`);
    assert.equal((await world.admin.request('PATCH', `${path}/k-${one}/status?enabled=perhaps`)).status, 422);

    const rotated = await world.admin.request('POST', `${path}/k-${one}/rotate`);
    assert.equal(rotated.status, 200, rotated.text);
    assert.deepEqual(Object.keys(rotated.json), ['version', 'new_key', 'message']);
    assert.equal((await world.chat('m', secret)).status, 401);
    assert.equal((await world.chat('m', String(rotated.json['new_key']))).status, 200);

    const gone = await world.admin.delete(`${path}/k-${one}`);
    assert.deepEqual([gone.status, gone.text], [204, '']);
    assert.equal((await world.chat('m', String(rotated.json['new_key']))).status, 401);
    assert.equal((await world.admin.get(`${path}/k-${one}`)).status, 404);
    await world.admin.delete(`${BASE}/providers/for-keys`);
  });
}

test('rate_limit: 0 blocks, absent and null are unlimited, an object has a burst', async () => {
  await addProvider('limited');
  await addKey('blocked', { rate_limit: 0 });
  await addKey('free');
  await addKey('object', { rate_limit: { requests_per_second: 0.001, burst_size: 2 } });
  await addKey('object-blocked', { rate_limit: { requests_per_second: 0, burst_size: 0 } });
  const statuses = async (id: string, times: number): Promise<readonly number[]> => {
    const all: number[] = [];
    for (let index = 0; index < times; index += 1) all.push((await world.chat('m', `mk-of-${id}-00000`)).status);
    return all;
  };
  assert.deepEqual(await statuses('blocked', 2), [429, 429]);
  assert.deepEqual(await statuses('object-blocked', 1), [429]);
  assert.deepEqual(await statuses('free', 5), [200, 200, 200, 200, 200]);
  assert.deepEqual(await statuses('object', 3), [200, 200, 429]);
  assert.equal((await world.admin.get(`${BASE}/master-keys/blocked`)).json['rate_limit'], 0);
  await world.admin.put(`${BASE}/master-keys/blocked`, { name: 'still blocked' });
  assert.deepEqual(await statuses('blocked', 1), [429]);
  await world.admin.put(`${BASE}/master-keys/blocked`, { rate_limit: null });
  assert.equal((await world.admin.get(`${BASE}/master-keys/blocked`)).json['rate_limit'], null);
  assert.deepEqual(await statuses('blocked', 2), [200, 200]);
  assert.equal((await world.admin.post(`${BASE}/master-keys`, { id: 'n', key: 'mk-negative-000', name: 'n', rate_limit: -1 })).status, 422);
});

test('config: version and time, and counts after a reload', async () => {
  const version = await world.admin.get(`${BASE}/config/version`);
  assert.deepEqual(Object.keys(version.json), ['version', 'timestamp']);
  const before = Number(version.json['version']);
  await addProvider('counted');
  const reloaded = await world.admin.request('POST', `${BASE}/config/reload`);
  assert.deepEqual(Object.keys(reloaded.json), ['version', 'timestamp', 'providers_count', 'master_keys_count']);
  assert.equal(reloaded.json['version'], before + 1);
  assert.equal((reloaded.json['providers_count'] as number) >= 1, true);
});
