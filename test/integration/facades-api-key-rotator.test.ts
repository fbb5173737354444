import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdministeredGateway, CALLER_KEY } from '../support/administered-gateway.ts';
import { AdminClient, type AdminReply } from '../support/admin-client.ts';
import { send, type ClientAnswer } from '../support/http-client.ts';
import { chatBody } from '../support/mocked-gateway.ts';

type Json = Readonly<Record<string, unknown>>;

const CONFIGS = '/admin/proxy-configs';
const PASSWORD = 'seven green bottles standing';
let world: AdministeredGateway;
let client: AdminClient;

before(async () => {
  world = await AdministeredGateway.start({ ADMIN_USERNAME: 'ada', ADMIN_PASSWORD: PASSWORD });
  const login = await new AdminClient(world.gateway.origin, null).post('/admin/login', { username: 'ada', password: PASSWORD });
  client = new AdminClient(world.gateway.origin, String(login.json['token']));
});
after(() => world.close());

function llm(slug: string, fields: object = {}): object {
  return {
    name: `The ${slug}`,
    slug,
    config_type: 'LLM',
    is_active: true,
    target_base_url: world.address(slug),
    api_format: 'openai_compatible',
    ...fields,
  };
}

function generic(slug: string, fields: object = {}): object {
  const target = `${world.mock.origin}/${slug}`;
  return {
    name: slug,
    slug,
    config_type: 'GENERIC',
    method: 'GET',
    target_url: target,
    api_key_location: 'header',
    api_key_name: 'X-Api-Key',
    ...fields,
  };
}

async function add(config: object): Promise<Json & { readonly id: number }> {
  const made = await client.post(CONFIGS, config);
  assert.equal(made.status, 201, made.text);
  return made.json as Json & { readonly id: number };
}

async function addKey(id: number, value: string, fields: object = {}): Promise<Json> {
  const made = await client.post(`${CONFIGS}/${id}/keys`, { key_value: value, is_active: true, ...fields });
  assert.equal(made.status, 201, made.text);
  assert.ok(!made.text.includes(value));
  return made.json;
}

function list(answer: AdminReply): readonly Json[] {
  return JSON.parse(answer.text) as readonly Json[];
}

function call(path: string, method = 'GET', body?: object): Promise<ClientAnswer> {
  const headers = { authorization: `Bearer ${CALLER_KEY}`, 'x-proxy-key': CALLER_KEY };
  return send({ url: `${world.gateway.origin}${path}`, method, headers, ...(body === undefined ? {} : { body }) });
}

test('login gives a real token beside the message; wrong credentials are 401 and a request without them is 400', async () => {
  const nobody = new AdminClient(world.gateway.origin, null);
  const good = await nobody.post('/admin/login', { username: 'ada', password: PASSWORD });
  assert.deepEqual([good.status, good.json['message'], good.json['success']], [200, 'Login successful', true]);
  assert.equal((await new AdminClient(world.gateway.origin, String(good.json['token'])).get(CONFIGS)).status, 200);
  for (const username of ['ada', 'nobody']) {
    const bad = await nobody.post('/admin/login', { username, password: 'a wrong guess' });
    assert.deepEqual([bad.status, bad.json['error'], bad.json['success']], [401, 'Invalid credentials', false]);
  }
  for (const body of [{}, { username: 'ada' }, 'no json']) {
    const bad = await nobody.post('/admin/login', body);
    assert.deepEqual([bad.status, bad.json['error'], bad.json['success']], [400, 'Invalid request', false]);
  }
});

test('nothing answers without a token', async () => {
  const nobody = new AdminClient(world.gateway.origin, null);
  const paths = ['/admin/app-config', CONFIGS, `${CONFIGS}/1`, `${CONFIGS}/1/keys`];
  for (const path of paths) {
    const answer = await nobody.get(path);
    assert.deepEqual([answer.status, typeof answer.json['error']], [401, 'string'], path);
  }
  assert.equal((await nobody.patch('/admin/keys/1', { is_active: false })).status, 401);
});

test('app-config tells the address that was asked, or the public one', async () => {
  assert.deepEqual((await client.get('/admin/app-config')).json, { proxy_public_base_url: world.gateway.origin });
});

test('an LLM config serves /llm/{slug} with its keys in turn', async () => {
  assert.deepEqual(list(await client.get(CONFIGS)), []);
  const config = await add(llm('router'));
  const { id, created_at: created, updated_at: updated, ...shown } = config;
  assert.ok(Number.isSafeInteger(id) && id > 0);
  assert.deepEqual([typeof created, typeof updated], ['string', 'string']);
  assert.deepEqual(shown, {
    name: 'The router',
    slug: 'router',
    config_type: 'LLM',
    is_active: true,
    method: null,
    target_url: null,
    target_base_url: world.address('router'),
    api_format: 'openai_compatible',
    api_key_location: null,
    api_key_name: null,
    output_format: 'none',
    api_keys: null,
  });
  const keys = [await addKey(id, 'sk-rotated-one-0000'), await addKey(id, 'sk-rotated-two-0000')];
  const used = new Set<string>();
  for (let index = 0; index < 4; index += 1) {
    assert.equal((await call('/llm/router/v1/chat/completions', 'POST', chatBody('m'))).status, 200);
    used.add(world.mock.requests.at(-1)?.key ?? '');
  }
  assert.deepEqual([...used].toSorted(), ['sk-rotated-one-0000', 'sk-rotated-two-0000']);
  const listed = await client.get(`${CONFIGS}/${id}/keys`);
  assert.ok(!listed.text.includes('sk-rotated'));
  assert.deepEqual(
    list(listed).map((key) => [key['id'], key['is_active'], key['proxy_config_id']]),
    keys.map((key) => [key['id'], true, id]),
  );
});

test('a config is read, changed by field, switched and removed by its number; another slug is refused', async () => {
  const { id } = await add(llm('changing'));
  assert.equal((await client.get(`${CONFIGS}/${id}`)).json['slug'], 'changing');
  const changed = await client.put(`${CONFIGS}/${id}`, { ...llm('changing'), name: 'Changed' });
  assert.deepEqual([changed.status, changed.json['name'], changed.json['id']], [200, 'Changed', id]);
  assert.equal((await client.put(`${CONFIGS}/${id}`, { slug: 'another' })).status, 400);
  const status = await client.put(`${CONFIGS}/${id}/status`, { is_active: false });
  assert.deepEqual([status.status, status.json], [200, { message: 'Status updated successfully' }]);
  assert.equal((await client.get(`${CONFIGS}/${id}`)).json['is_active'], false);
  for (let times = 0; times < 2; times += 1) {
    const gone = await client.delete(`${CONFIGS}/${id}`);
    assert.deepEqual([gone.status, gone.json], [200, { message: 'Config deleted successfully' }]);
  }
  for (const [path, expected, word] of [
    [`${CONFIGS}/${id}`, 404, 'Config not found'],
    [`${CONFIGS}/first`, 400, 'Invalid ID'],
    [`${CONFIGS}/${id}/keys`, 404, 'Config not found'],
  ] as const) {
    const answer = await client.get(path);
    assert.deepEqual([answer.status, answer.json['error']], [expected, word]);
  }
});

test('what is wrong with a config is told; a slug that is taken is a conflict', async () => {
  await add(llm('only-one'));
  assert.equal((await client.post(CONFIGS, llm('only-one'))).status, 409);
  const wrong: readonly object[] = [
    {},
    llm('Upper Case'),
    llm('x', { name: '' }),
    llm('x', { config_type: 'OTHER' }),
    llm('x', { target_base_url: 'nowhere' }),
    llm('x', { api_format: 'teapot' }),
    generic('x', { method: 'BREW' }),
    generic('x', { target_url: null }),
    generic('x', { target_url: `${world.mock.origin}/a?b=c` }),
    generic('x', { api_key_name: '' }),
  ];
  for (const config of wrong) {
    const answer = await client.post(CONFIGS, config);
    assert.deepEqual([answer.status, typeof answer.json['error']], [400, 'string'], JSON.stringify(config));
  }
});

test('a GENERIC config serves /proxy/{slug} with its one method, its key in its header, behind the word that the key brings', async () => {
  const { id } = await add(generic('weather'));
  await addKey(id, 'raw-weather-key-1');
  assert.equal((await call('/proxy/weather/today?city=Bern')).status, 200);
  const last = world.mock.requests.at(-1);
  assert.deepEqual([last?.url, last?.headers['x-api-key']], ['/weather/today?city=Bern', 'raw-weather-key-1']);
  const wrongMethod = await call('/proxy/weather/today', 'POST', {});
  assert.deepEqual([wrongMethod.status, wrongMethod.headers.allow], [405, 'GET']);
  await client.put(`${CONFIGS}/${id}`, { method: 'POST' });
  assert.equal((await call('/proxy/weather/today', 'POST', {})).status, 200);

  const worded = await add(generic('worded', { api_key_name: 'Authorization' }));
  await addKey(worded.id, 'Token worded-key-1');
  assert.equal((await call('/proxy/worded/x')).status, 200);
  assert.equal(world.mock.requests.at(-1)?.headers.authorization, 'Token worded-key-1');
  const other = await client.post(`${CONFIGS}/${worded.id}/keys`, { key_value: 'Bearer worded-key-2' });
  assert.equal(other.status, 400);

  const query = await add(generic('queried', { api_key_location: 'query', api_key_name: 'token' }));
  await addKey(query.id, 'query-key-1');
  assert.equal((await call('/proxy/queried/x?a=b')).status, 200);
  assert.equal(world.mock.requests.at(-1)?.url, '/queried/x?a=b&token=query-key-1');
});

test('many keys at once: counts, what failed by its line, and all of them removed again', async () => {
  const { id } = await add(llm('many'));
  await addKey(id, 'sk-many-there-already');
  const batch = await client.post(`${CONFIGS}/${id}/keys/batch`, {
    keys: ['sk-many-1', 'sk-many-2', 'sk-many-1', 'sk-many-there-already', 'not one word', ''],
  });
  assert.deepEqual(
    [batch.status, batch.json],
    [200, { success_count: 2, failed_count: 1, skipped_count: 2, failed_keys: ['#5 must be one word of visible ASCII characters'] }],
  );
  const again = await client.post(`${CONFIGS}/${id}/keys/batch`, { keys: ['sk-many-1'] });
  assert.deepEqual(again.json, { success_count: 0, failed_count: 0, skipped_count: 1 });
  assert.deepEqual((await client.delete(`${CONFIGS}/${id}/keys`)).json, { deleted_count: 3 });
  assert.deepEqual(list(await client.get(`${CONFIGS}/${id}/keys`)), []);
});

test('a key is switched by is_active or enabled, and removed, by its number', async () => {
  const { id } = await add(llm('switched'));
  const key = await addKey(id, 'sk-switched-0000', { is_active: false });
  const model = 'switched/m';
  assert.equal((await world.chat(model)).status, 503);
  for (const [body, status] of [
    [{ is_active: true }, 200],
    [{ enabled: false }, 503],
    [{ enabled: true }, 200],
  ] as const) {
    const answer = await client.patch(`/admin/keys/${String(key['id'])}`, body);
    assert.deepEqual([answer.status, typeof answer.json['message']], [200, 'string']);
    assert.equal((await world.chat(model)).status, status);
  }
  assert.equal((await client.patch(`/admin/keys/${String(key['id'])}`, {})).status, 400);
  const gone = await client.delete(`/admin/keys/${String(key['id'])}`);
  assert.deepEqual([gone.status, gone.json['ok'], typeof gone.json['message']], [200, true, 'string']);
  assert.equal((await client.delete(`/admin/keys/${String(key['id'])}`)).status, 404);
  assert.equal((await client.patch('/admin/keys/4711', { is_active: true })).status, 404);
});

test('numbers are the same after a restart', async () => {
  const before = list(await client.get(CONFIGS)).map(({ id, slug }) => [slug, id]);
  await world.gateway.restart();
  assert.deepEqual(
    list(await world.admin.get(CONFIGS)).map(({ id, slug }) => [slug, id]),
    before,
  );
});
