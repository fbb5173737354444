import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { after, before, test } from 'node:test';
import { ADMIN_TOKEN, AdministeredGateway } from '../support/administered-gateway.ts';
import { AdminClient, type AdminReply } from '../support/admin-client.ts';
import { startGateway } from '../support/start-gateway.ts';

type Json = Readonly<Record<string, unknown>>;

const PASSWORD = 'seven green bottles standing';
let world: AdministeredGateway;

before(async () => {
  world = await AdministeredGateway.start();
});
after(() => world.close());

async function find(path: string, list: string | null, isMeant: (item: Json) => boolean): Promise<Json | undefined> {
  const answer = await world.admin.get(path);
  assert.equal(answer.status, 200, answer.text);
  const items = (list === null ? JSON.parse(answer.text) : answer.json[list]) as readonly Json[];
  return items.find(isMeant);
}

/** One provider as everybody sees it. */
function everywhere(id: string): Promise<readonly (Json | undefined)[]> {
  return Promise.all([
    find('/api/admin/providers', 'items', (item) => item['id'] === id),
    find('/api/admin/providers', 'providers', (item) => item['id'] === id),
    find('/admin/keys', 'keys', (item) => String(item['id']).startsWith(`${id}.`)),
    find('/admin/v1/providers', 'providers', (item) => item['id'] === id),
    find('/admin/proxy-configs', null, (item) => item['slug'] === id),
  ]);
}

test('what is added on one surface is there on all others, and what one removes is gone from all', async () => {
  const added: readonly (readonly [string, () => Promise<AdminReply>])[] = [
    ['by-us', () => world.addProvider('by-us', { keys: ['sk-added-by-us-000'] })],
    ['by-b', () => world.admin.post('/api/admin/providers', { id: 'by-b', baseUrl: world.address('b'), apiKey: 'sk-added-by-b-000' })],
    ['by-c', () => world.admin.post('/admin/v1/providers', { id: 'by-c', api_base: world.address('c'), api_key: 'sk-added-by-c-000' })],
  ];
  for (const [id, add] of added) {
    const made = await add();
    assert.ok(made.status === 200 || made.status === 201, made.text);
    assert.ok(
      (await everywhere(id)).every((seen) => seen !== undefined),
      id,
    );
  }
  const a = await world.admin.post('/admin/keys', { provider: 'custom', apiKey: 'sk-added-by-a-000', baseUrl: world.address('a') });
  const byA = String(a.json['id']).split('.', 1)[0] ?? '';
  assert.ok((await everywhere(byA)).every((seen) => seen !== undefined));
  const d = { name: 'D', slug: 'by-d', config_type: 'LLM', target_base_url: world.address('d'), api_format: 'openai_compatible' };
  const config = await world.admin.post('/admin/proxy-configs', d);
  await world.admin.post(`/admin/proxy-configs/${String(config.json['id'])}/keys`, { key_value: 'sk-added-by-d-000' });
  assert.ok((await everywhere('by-d')).every((seen) => seen !== undefined));

  await world.admin.delete('/admin/v1/providers/by-b');
  await world.admin.delete('/api/admin/providers/by-c');
  await world.admin.delete(`/admin/proxy-configs/${String((await everywhere('by-us'))[4]?.['id'])}`);
  for (const id of ['by-us', 'by-b', 'by-c'])
    assert.ok(
      (await everywhere(id)).every((seen) => seen === undefined),
      id,
    );
});

test('a key has one id for two programs: the one that llm-apikey-lb gives works with PATCH, the number with PUT', async () => {
  const { json } = await world.admin.post('/admin/keys', { provider: 'custom', apiKey: 'sk-with-two-names-0', baseUrl: world.address('two') });
  const id = String(json['id']);
  const slug = id.split('.', 1)[0] ?? '';
  assert.equal((await world.admin.patch(`/admin/keys/${id}`, { is_active: false })).status, 200);
  const shown = await find('/admin/keys', 'keys', (key) => key['id'] === id);
  assert.equal(shown?.['enabled'], false);
  const config = await find('/admin/proxy-configs', null, (item) => item['slug'] === slug);
  const number = (await find(`/admin/proxy-configs/${String(config?.['id'])}/keys`, null, () => true))?.['id'];
  assert.equal((await world.admin.put(`/admin/keys/${String(number)}`, { enabled: true })).status, 200);
  assert.equal((await find('/admin/keys', 'keys', (key) => key['id'] === id))?.['enabled'], true);
  assert.equal((await world.admin.delete(`/admin/keys/${String(number)}`)).status, 200);
  assert.equal((await world.admin.delete(`/admin/keys/${id}`)).status, 404);
});

test('a limit of one surface is not taken away by another that does not know it', async () => {
  const secret = 'mk-limited-on-both-0';
  await world.addProvider('limits', { keys: ['sk-of-the-limits-00'] });
  await world.admin.post('/admin/v1/master-keys', { id: 'both', key: secret, name: 'both', rate_limit: 0 });
  assert.equal((await world.chat('m', secret)).status, 429);
  // No limit of requests a minute there: the block of the other surface stays.
  await world.admin.put('/api/admin/virtual-keys/both', { rateLimit: 0 });
  assert.equal((await world.chat('m', secret)).status, 429);
  await world.admin.put('/api/admin/virtual-keys/both', { rateLimit: 500 });
  await world.admin.put('/admin/v1/master-keys/both', { rate_limit: null });
  assert.equal((await world.chat('m', secret)).status, 200);
  assert.deepEqual((await world.admin.get('/api/admin/virtual-keys/both')).json['limits'], { requestsPerMinute: 500 });
});

test('a disabled provider is disabled for every surface', async () => {
  await world.addProvider('switch', { keys: ['sk-of-the-switch-00'] });
  await world.admin.request('PATCH', '/admin/v1/providers/switch/status?enabled=false');
  const [us, b, a, c, d] = await everywhere('switch');
  assert.deepEqual([us?.['enabled'], b?.['enabled'], a?.['enabled'], c?.['is_enabled'], d?.['is_active']], [false, false, false, false, false]);
});

test('a viewer reads on every surface and writes on none', async () => {
  await world.admin.post('/api/admin/users', { username: 'viewer', password: PASSWORD, role: 'viewer' });
  const login = await world.admin.post('/admin/login', { username: 'viewer', password: PASSWORD });
  const viewer = new AdminClient(world.gateway.origin, String(login.json['token']));
  const reads = [
    '/admin/keys',
    '/admin/presets',
    '/admin/stats',
    '/admin/v1/providers',
    '/admin/v1/master-keys',
    '/admin/proxy-configs',
    '/admin/app-config',
  ];
  for (const path of reads) assert.equal((await viewer.get(path)).status, 200, path);
  const before = (await world.admin.get('/admin/v1/config/version')).json['version'];
  const writes: readonly (readonly [string, string, object?])[] = [
    ['POST', '/admin/keys', { provider: 'custom', apiKey: 'sk-viewer-0000', baseUrl: world.address('v') }],
    ['PUT', '/admin/keys/limits.k', { weight: 2 }],
    ['DELETE', '/admin/keys/limits.k'],
    ['PATCH', '/admin/keys/1', { is_active: false }],
    ['POST', '/admin/v1/providers', { id: 'v', api_base: world.address('v'), api_key: 'sk-viewer-0000' }],
    ['PATCH', '/admin/v1/providers/limits/status?enabled=false'],
    ['DELETE', '/admin/v1/providers/limits'],
    ['POST', '/admin/v1/master-keys', { id: 'v', key: 'mk-viewer-0000', name: 'v' }],
    ['POST', '/admin/v1/master-keys/both/rotate'],
    ['POST', '/admin/proxy-configs', { name: 'v', slug: 'v', config_type: 'LLM', target_base_url: world.address('v') }],
    ['DELETE', '/admin/proxy-configs/1'],
    ['POST', '/api/admin/providers', { id: 'v', baseUrl: world.address('v'), apiKey: 'sk-viewer-0000' }],
    ['POST', '/api/admin/virtual-keys', { name: 'v', keyType: 'auto' }],
  ];
  for (const [method, path, body] of writes) {
    const { status, json } = await viewer.request(method, path, body);
    assert.equal(status, 403, `${method} ${path}`);
    assert.ok('error' in json || 'detail' in json, path);
  }
  assert.equal((await world.admin.get('/admin/v1/config/version')).json['version'], before);
});

test('in file mode every surface reads, and says of a change which file it is', async () => {
  const providers = [{ id: 'filed', protocols: { 'openai-chat': world.address('filed') }, keys: ['sk-in-the-file-000'] }];
  await using gateway = await startGateway({
    env: { ADMIN_TOKEN },
    config: { providers, virtualKeys: [{ id: 'caller', secret: 'a-caller-in-a-file' }] },
  });
  const admin = new AdminClient(gateway.origin, ADMIN_TOKEN);
  assert.equal(((await admin.get('/admin/keys')).json['keys'] as Json[]).length, 1);
  assert.equal(((await admin.get('/admin/v1/master-keys')).json['keys'] as Json[]).length, 1);
  const writes: readonly (readonly [string, string, object?])[] = [
    ['POST', '/admin/keys', { provider: 'custom', apiKey: 'sk-other-00000', baseUrl: world.address('o') }],
    ['POST', '/admin/v1/providers', { id: 'o', api_base: world.address('o'), api_key: 'sk-other-00000' }],
    ['POST', '/admin/proxy-configs', { name: 'o', slug: 'o', config_type: 'LLM', target_base_url: world.address('o') }],
    ['POST', '/api/admin/providers', { id: 'o', baseUrl: world.address('o'), apiKey: 'sk-other-00000' }],
    ['DELETE', '/admin/v1/providers/filed'],
  ];
  for (const [method, path, body] of writes) {
    const { status, text } = await admin.request(method, path, body);
    assert.equal(status, 409, `${method} ${path}: ${text}`);
    assert.ok(text.includes(basename(gateway.configPath)), text);
  }
});
