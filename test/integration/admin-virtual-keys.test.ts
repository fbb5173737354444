import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdminClient } from '../support/admin-client.ts';
import { AdministeredGateway, CALLER_KEY } from '../support/administered-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const PATH = '/api/admin/virtual-keys';
let world: AdministeredGateway;

before(async () => {
  world = await AdministeredGateway.start();
  const made = await world.addProvider('main', { models: ['m'], keys: [{ id: 'k1', secret: 'sk-upstream-1-aaaaaaaa' }] });
  assert.equal(made.status, 201, made.text);
});
after(() => world.close());

async function create(body: object, headers: Readonly<Record<string, string>> = {}): Promise<{ readonly id: string; readonly secret: string }> {
  const made = await world.admin.post(PATH, body, headers);
  assert.equal(made.status, 201, made.text);
  return made.json as unknown as { id: string; secret: string };
}

test('a virtual key is made with a secret that is told once, and works for the next request', async () => {
  const { id, secret } = await create({ name: 'Team Blue' });
  assert.equal(id, 'team-blue');
  assert.match(secret, /^hg-[0-9A-Za-z]{49}$/);
  assert.equal((await world.chat('m', secret)).status, 200);
  const shown = await world.admin.get(`${PATH}/${id}`);
  assert.equal(shown.json['preview'], `${secret.slice(0, 7)}…${secret.slice(-4)}`);
  assert.ok(!shown.text.includes(secret.slice(7, -4)));
  assert.ok(!/secretHash|sha256/.test(shown.text));
});

test('ids come from the name, and are random where there is none', async () => {
  assert.match((await create({ name: 'Team Blue' })).id, /^team-blue-[0-9a-f]{12}$/);
  assert.match((await create({})).id, /^vk-[0-9a-f]{12}$/);
  const twice = await world.admin.post(PATH, { id: 'team-blue' });
  assert.deepEqual([twice.status, (twice.json['error'] as { code: string }).code], [409, 'already_exists']);
});

test('a secret that somebody chose must be long enough, of visible characters, of their own, and free', async () => {
  assert.deepEqual(await create({ id: 'chosen', secret: 'my-own-secret-1' }).then(({ secret }) => secret), null);
  const refusals: readonly (readonly [secret: string, status: number, message: string])[] = [
    ['short-1', 400, 'must have at least 8 characters'],
    ['has a space', 400, 'must be one word of visible ASCII characters'],
    ['password123', 400, 'is a well-known example value; choose a secret of your own'],
    ['my-own-secret-1', 409, 'is taken; choose another one'],
    [CALLER_KEY, 409, 'is taken; choose another one'],
  ];
  for (const [secret, status, message] of refusals) {
    const made = await world.admin.post(PATH, { secret });
    assert.equal(made.status, status, made.text);
    assert.ok(made.text.includes(`secret ${message}.`) && !made.text.includes(`"${secret}"`), made.text);
    assert.deepEqual((await world.admin.post(`${PATH}/validate`, { customKey: secret })).json, { valid: false, message: `The key ${message}.` });
  }
  assert.deepEqual((await world.admin.post(`${PATH}/validate`, { customKey: 'another-own-secret' })).json, { valid: true });
});

test('asks whether a secret is served now', async () => {
  const { id, secret } = await create({ name: 'asked' });
  const ask = async (key: string): Promise<unknown> => (await world.admin.post(`${PATH}/validate`, { key })).json;
  assert.deepEqual(await ask(secret), { valid: true });
  await world.admin.patch(`${PATH}/${id}`, { enabled: false });
  assert.deepEqual(await ask(secret), { valid: false, message: 'The key is disabled.' });
  await world.admin.patch(`${PATH}/${id}`, { enabled: true, expiresAt: '2020-01-01' });
  assert.deepEqual(await ask(secret), { valid: false, message: 'The key has expired.' });
  assert.deepEqual(await ask('hg-nobody-has-this-one'), { valid: false, message: 'The key is not known here.' });
  assert.equal((await world.admin.post(`${PATH}/validate`, {})).status, 400);
});

test('disabled at creation counts from the first request', async () => {
  const { secret } = await create({ enabled: false });
  const refused = await world.chat('m', secret);
  assert.equal(refused.status, 403);
  assert.equal((refused.json() as { error: { code: string } }).error.code, 'key_disabled');
});

test('null takes a field away, and what is absent stays', async () => {
  const { id } = await create({ name: 'cleared', models: ['m'], limits: { requestsPerMinute: 3 }, expiresAt: '2030-01-01' });
  const changed = await world.admin.put(`${PATH}/${id}`, { limits: null, name: 'Cleared' });
  assert.equal(changed.status, 200, changed.text);
  assert.equal('limits' in changed.json, false);
  assert.deepEqual([changed.json['name'], changed.json['models'], changed.json['expiresAt']], ['Cleared', ['m'], '2030-01-01']);
  assert.equal((await world.admin.put(`${PATH}/${id}`, { secretHash: null })).status, 200);
});

test('a change resets no counter of the limits', async () => {
  const { id, secret } = await create({ limits: { requestsPerMinute: 3 } });
  for (const _ of [1, 2]) assert.equal((await world.chat('m', secret)).status, 200);
  assert.equal((await world.admin.patch(`${PATH}/${id}`, { name: 'renamed' })).status, 200);
  assert.equal((await world.chat('m', secret)).status, 200);
  assert.equal((await world.chat('m', secret)).status, 429);
});

test('an empty secret keeps the one that is there, another one replaces it at once', async () => {
  const { id, secret } = await create({ name: 'replaced' });
  assert.equal((await world.admin.put(`${PATH}/${id}`, { secret: '', name: 'still' })).status, 200);
  assert.equal((await world.chat('m', secret)).status, 200);
  const replaced = await world.admin.put(`${PATH}/${id}`, { secret: 'a-secret-of-my-own' });
  assert.equal(replaced.status, 200, replaced.text);
  assert.equal((await world.chat('m', secret)).status, 401);
  assert.equal((await world.chat('m', 'a-secret-of-my-own')).status, 200);
});

test('rotation without grace ends the secret of before at once', async () => {
  const { id, secret } = await create({});
  const rotated = await world.admin.post(`${PATH}/${id}/rotate`, {});
  assert.equal(rotated.status, 200, rotated.text);
  assert.equal((await world.chat('m', secret)).status, 401);
  assert.equal((await world.chat('m', String(rotated.json['secret']))).status, 200);
});

test('within the grace both secrets work and share the limits; behind it the old one is refused', async () => {
  const { id, secret } = await create({ limits: { requestsPerMinute: 2 } });
  const rotated = await world.admin.post(`${PATH}/${id}/rotate`, { graceSeconds: 3600 });
  const fresh = String(rotated.json['secret']);
  assert.ok(Number(rotated.json['previousUntilMs']) > Date.now() + 3_500_000);
  assert.equal((await world.chat('m', secret)).status, 200);
  assert.equal((await world.chat('m', fresh)).status, 200);
  assert.equal((await world.chat('m', secret)).status, 429);
  assert.equal((await world.chat('m', fresh)).status, 429);
  const short = await create({});
  await world.admin.post(`${PATH}/${short.id}/rotate`, { graceSeconds: 1 });
  await waitFor('the old secret to be refused', async () => (await world.chat('m', short.secret)).status === 403);
});

test('rotation takes a secret that somebody brings, and no longer grace than thirty days', async () => {
  const { id } = await create({});
  const rotated = await world.admin.post(`${PATH}/${id}/rotate`, { secret: 'brought-by-somebody', graceSeconds: 10 });
  assert.deepEqual([rotated.status, rotated.json['secret']], [200, null]);
  assert.equal((await world.chat('m', 'brought-by-somebody')).status, 200);
  assert.equal((await world.admin.post(`${PATH}/${id}/rotate`, { secret: 'brought-by-somebody' })).status, 400);
  assert.equal((await world.admin.post(`${PATH}/${id}/rotate`, { graceSeconds: 30 * 86_400 + 1 })).status, 400);
});

test('health counts virtual keys and not their secrets', async () => {
  const count = async (): Promise<number> => Number((await world.admin.get('/health')).json['master_keys_count']);
  const { id } = await create({});
  const before = await count();
  await world.admin.post(`${PATH}/${id}/rotate`, { graceSeconds: 60 });
  assert.equal(await count(), before);
});

test('a removed key is refused', async () => {
  const { id, secret } = await create({});
  assert.equal((await world.admin.delete(`${PATH}/${id}`)).status, 200);
  assert.equal((await world.chat('m', secret)).status, 401);
  assert.equal((await world.admin.get(`${PATH}/${id}`)).status, 404);
});

test('a change that somebody else overtook is refused', async () => {
  const { id } = await create({});
  const etag = String((await world.admin.get(`${PATH}/${id}`)).headers['etag']);
  assert.equal((await world.admin.patch(`${PATH}/${id}`, { name: 'one' }, { 'if-match': etag })).status, 200);
  for (const answer of [
    await world.admin.patch(`${PATH}/${id}`, { name: 'two' }, { 'if-match': etag }),
    await world.admin.post(`${PATH}/${id}/rotate`, {}, { 'if-match': etag }),
    await world.admin.delete(`${PATH}/${id}`, { 'if-match': etag }),
  ])
    assert.equal(answer.status, 412, answer.text);
});

test('unknown fields and those that the gateway keeps itself are refused with their path', async () => {
  for (const field of ['previousSecretHash', 'preview', 'colour']) {
    const refused = await world.admin.post(PATH, { [field]: 'x' });
    assert.equal(refused.status, 400);
    assert.equal((refused.json['error'] as { param: string }).param, field);
  }
  const provider = await world.admin.post(PATH, { providers: ['mainn'] });
  assert.deepEqual([provider.status, (provider.json['error'] as { param: string }).param], [400, 'providers[0]']);
});

test('lists are searched, narrowed, sorted and paged', async () => {
  for (const name of ['listed c', 'listed a', 'listed b']) await create({ name, enabled: name !== 'listed b' });
  const names = async (query: string): Promise<unknown> =>
    ((await world.admin.get(`${PATH}?${query}`)).json['items'] as { name: string }[]).map(({ name }) => name);
  assert.deepEqual(await names('q=LISTED&sort=name'), ['listed a', 'listed b', 'listed c']);
  assert.deepEqual(await names('q=listed&sort=-name&state=active'), ['listed c', 'listed a']);
  assert.deepEqual(await names('q=listed&state=disabled'), ['listed b']);
  const first = await world.admin.get(`${PATH}?q=listed&limit=2`);
  assert.equal(first.json['total'], 3);
  const second = await world.admin.get(`${PATH}?q=listed&limit=2&cursor=${String(first.json['next'])}`);
  assert.deepEqual([(second.json['items'] as unknown[]).length, second.json['next']], [1, null]);
});

test('tells what a virtual key used', async () => {
  const { id, secret } = await create({});
  for (const _ of [1, 2]) assert.equal((await world.chat('m', secret)).status, 200);
  const usage = async (): Promise<Record<string, unknown>> => (await world.admin.get(`${PATH}/${id}/usage?period=7d`)).json;
  await waitFor('the exchanges to be in the ledger', async () => (await usage())['exchanges'] === 2);
  const used = await usage();
  assert.ok(Number(used['inputTokens']) > 0 && Number(used['outputTokens']) > 0, JSON.stringify(used));
  assert.equal((await world.admin.get(`${PATH}/nobody/usage`)).status, 404);
});

test('the same Idempotency-Key makes one key and tells its secret again', async () => {
  const headers = { 'idempotency-key': 'attempt-1' };
  const made = await Promise.all([1, 2, 3].map(() => create({ name: 'once' }, headers)));
  assert.equal(new Set(made.map(({ id }) => id)).size, 1);
  assert.equal(new Set(made.map(({ secret }) => secret)).size, 1);
  assert.equal((await world.chat('m', made[0]?.secret ?? '')).status, 200);
  const other = await world.admin.post(PATH, { name: 'another' }, headers);
  assert.deepEqual([other.status, (other.json['error'] as { code: string }).code], [409, 'conflict']);
  const key = { secret: 'sk-upstream-2-bbbbbbbb' };
  const added = await Promise.all([1, 2].map(() => world.admin.post('/api/admin/providers/main/keys', key, headers)));
  assert.deepEqual(
    added.map(({ status }) => status),
    [201, 201],
  );
});

test('disabling and then removing the last virtual key opens nothing', async (t) => {
  const alone = await AdministeredGateway.start({ GLOBAL_PROXY_KEYS: '' });
  t.after(() => alone.close());
  await alone.addProvider('main', { models: ['m'], keys: ['sk-upstream-3-cccccccc'] });
  const secret = String((await alone.admin.post(PATH, { id: 'last' })).json['secret']);
  assert.equal((await alone.chat('m', secret)).status, 200);
  await alone.admin.patch(`${PATH}/last`, { enabled: false });
  assert.equal((await alone.chat('m', secret)).status, 403);
  await alone.admin.delete(`${PATH}/last`);
  assert.equal((await alone.admin.get(PATH)).json['total'], 0);
  for (const key of [secret, '', 'anything']) assert.equal((await alone.chat('m', key)).status, 401);
});

test('a virtual key may ask what it used itself, and nothing else', async () => {
  const mine = await create({});
  const other = await create({});
  const client = new AdminClient(world.gateway.origin, mine.secret);
  assert.equal((await client.get(`${PATH}/${mine.id}/usage`)).status, 200);
  for (const path of [
    `${PATH}/${other.id}/usage`,
    `${PATH}/nobody/usage`,
    `${PATH}/${mine.id}`,
    PATH,
    '/api/admin/settings',
    '/api/admin/config/export',
  ]) {
    assert.equal((await client.get(path)).status, 403, path);
  }
});
