import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ADMIN_TOKEN, AdministeredGateway } from '../support/administered-gateway.ts';
import { AdminClient, type AdminReply } from '../support/admin-client.ts';
import { waitFor } from '../support/wait-for.ts';

type Json = Readonly<Record<string, unknown>>;

const SECRET = 'sk-first-key-of-the-pool';
let world: AdministeredGateway;

before(async () => {
  world = await AdministeredGateway.start();
});
after(() => world.close());

/** As that program's page asks: the token in a header of its own. */
function ask(method: string, path: string, body?: object): Promise<AdminReply> {
  return new AdminClient(world.gateway.origin, null).request(method, path, body, { 'x-admin-token': ADMIN_TOKEN });
}

async function listed(): Promise<readonly Json[]> {
  return (await ask('GET', '/admin/keys')).json['keys'] as readonly Json[];
}

async function record(id: string): Promise<Json | undefined> {
  return (await listed()).find((key) => key['id'] === id);
}

/** A new key with its answer's id. */
async function add(fields: object): Promise<string> {
  const made = await ask('POST', '/admin/keys', { provider: 'custom', baseUrl: world.address('pool'), ...fields });
  assert.equal(made.status, 200, made.text);
  assert.deepEqual(Object.keys(made.json), ['id']);
  return String(made.json['id']);
}

async function refusal(method: string, path: string, body?: object): Promise<readonly unknown[]> {
  const { status, json } = await ask(method, path, body);
  return [status, json['error']];
}

test('GET /admin/presets has the four vendors with label, address and models', async () => {
  const { status, json } = await ask('GET', '/admin/presets');
  assert.equal(status, 200);
  const presets = json['presets'] as Readonly<Record<string, Json>>;
  assert.deepEqual(Object.keys(presets), ['openai', 'gemini', 'deepseek', 'custom']);
  for (const preset of Object.values(presets)) assert.deepEqual(Object.keys(preset), ['label', 'baseUrl', 'models']);
  assert.equal(presets['gemini']?.['baseUrl'], 'https://generativelanguage.googleapis.com/v1beta/openai/');
  assert.deepEqual(presets['custom']?.['models'], []);
});

test('without the token, and with a wrong one, the answer is 401 with the word unauthorized', async () => {
  for (const headers of [{}, { 'x-admin-token': 'wrong' }]) {
    const answer = await new AdminClient(world.gateway.origin, null).get('/admin/keys', headers);
    assert.deepEqual([answer.status, answer.json['error']], [401, 'unauthorized']);
  }
});

test('POST /admin/keys names the first mistake: the provider, then the key, then the address', async () => {
  const bodies: readonly (readonly [object, string])[] = [
    [{ provider: 'nobody', apiKey: '', baseUrl: 'nowhere' }, 'provider_invalid'],
    [{}, 'provider_invalid'],
    [{ provider: 'openai', apiKey: ' "" ', baseUrl: 'nowhere' }, 'apiKey_required'],
    [{ provider: 'openai', baseUrl: 'nowhere' }, 'apiKey_required'],
    [{ provider: 'openai', apiKey: SECRET, baseUrl: 'nowhere' }, 'baseUrl_invalid'],
    [{ provider: 'openai', apiKey: SECRET }, 'baseUrl_invalid'],
    [{ provider: 'openai', apiKey: SECRET, baseUrl: 'http://169.254.169.254/v1' }, 'baseUrl_invalid'],
  ];
  for (const [body, word] of bodies) assert.deepEqual(await refusal('POST', '/admin/keys', body), [400, word], JSON.stringify(body));
  assert.deepEqual(await listed(), []);
});

test('a key is added, shown masked, used, changed and removed', async () => {
  const id = await add({ name: 'first', apiKey: `"Bearer ${SECRET}"`, models: ['m'], weight: 3 });
  const shown = await record(id);
  const { createdAt, updatedAt, ...fields } = shown ?? {};
  assert.ok(typeof createdAt === 'number' && typeof updatedAt === 'number');
  assert.deepEqual(fields, {
    id,
    name: 'first',
    provider: 'custom',
    baseUrl: world.address('pool'),
    models: ['m'],
    weight: 3,
    enabled: true,
    failures: 0,
    cooldownUntil: 0,
    apiKeyMasked: 'sk-********pool',
  });
  assert.equal((await world.chat('m')).status, 200);
  assert.equal(world.mock.requests.at(-1)?.key, SECRET);

  assert.deepEqual((await ask('PUT', `/admin/keys/${id}`, { apiKey: '', name: '', weight: 5 })).json, { ok: true, id });
  const changed = await record(id);
  assert.deepEqual([changed?.['name'], changed?.['weight'], changed?.['apiKeyMasked']], ['first', 5, 'sk-********pool']);

  assert.equal((await ask('PUT', `/admin/keys/${id}`, { apiKey: 'sk-another-key-000' })).status, 200);
  assert.equal((await world.chat('m')).status, 200);
  assert.equal(world.mock.requests.at(-1)?.key, 'sk-another-key-000');

  const { status, json } = await ask('DELETE', `/admin/keys/${id}`);
  assert.deepEqual([status, json['ok']], [200, true]);
  assert.equal(await record(id), undefined);
  for (const method of ['DELETE', 'PUT']) {
    assert.deepEqual(await refusal(method, `/admin/keys/${id}`, method === 'PUT' ? { name: 'x' } : undefined), [404, 'not_found']);
  }
});

test('masks show nothing of keys with eight characters or less', async () => {
  const id = await add({ apiKey: 'sk-12345' });
  assert.equal((await record(id))?.['apiKeyMasked'], '********');
  await ask('DELETE', `/admin/keys/${id}`);
});

test('a weight is a whole number from 1 to 1000, and 1 where it is no number', async () => {
  const weights: readonly (readonly [unknown, number])[] = [
    [0, 1],
    [-4, 1],
    [2.9, 2],
    [5000, 1000],
    ['7', 7],
    ['many', 1],
    [undefined, 1],
  ];
  for (const [index, [weight, kept]] of weights.entries()) {
    const id = await add({ apiKey: `sk-weighted-key-${index}`, weight });
    assert.equal((await record(id))?.['weight'], kept, String(weight));
    await ask('DELETE', `/admin/keys/${id}`);
  }
});

test('keys of one vendor and one address are one pool, however the address is written', async () => {
  const base = world.address('shared');
  const ids = [await add({ apiKey: 'sk-shared-1', baseUrl: base }), await add({ apiKey: 'sk-shared-2', baseUrl: `${base}/` })];
  const pools = new Set(ids.map((id) => id.split('.', 1)[0]));
  assert.equal(pools.size, 1);
  for (const id of ids) await ask('DELETE', `/admin/keys/${id}`);
});

test('a key whose address changes needs its secret again, and nothing is sent to the new address before', async () => {
  const id = await add({ apiKey: 'sk-moving-key-1' });
  const other = world.address('elsewhere');
  assert.deepEqual(await refusal('PUT', `/admin/keys/${id}`, { baseUrl: other }), [400, 'apiKey_required']);
  assert.deepEqual(await refusal('PUT', `/admin/keys/${id}`, { baseUrl: other, apiKey: '' }), [400, 'apiKey_required']);
  assert.deepEqual(await refusal('PUT', `/admin/keys/${id}`, { provider: 'openai' }), [400, 'apiKey_required']);
  assert.deepEqual(await refusal('PUT', `/admin/keys/${id}`, { provider: 'nobody' }), [400, 'provider_invalid']);
  assert.deepEqual(await refusal('PUT', `/admin/keys/${id}`, { baseUrl: 'nowhere' }), [400, 'baseUrl_invalid']);
  assert.equal((await record(id))?.['baseUrl'], world.address('pool'));

  // The pool has this one key: its provider goes with it.
  const moved = await ask('PUT', `/admin/keys/${id}`, { baseUrl: other, apiKey: 'sk-moving-key-1' });
  assert.deepEqual([moved.status, moved.json['id']], [200, id]);
  assert.equal((await record(id))?.['baseUrl'], other);

  // From a pool that it shares it goes alone.
  const stays = await add({ apiKey: 'sk-staying-key-1', baseUrl: other });
  const again = await ask('PUT', `/admin/keys/${id}`, { baseUrl: world.address('third'), apiKey: 'sk-moving-key-1' });
  assert.equal(again.status, 200, again.text);
  const newId = String(again.json['id']);
  assert.notEqual(newId.split('.', 1)[0], id.split('.', 1)[0]);
  assert.equal((await record(newId))?.['baseUrl'], world.address('third'));
  assert.equal((await record(stays))?.['baseUrl'], other);
  assert.equal(await record(id), undefined);
  for (const gone of [newId, stays]) await ask('DELETE', `/admin/keys/${gone}`);
});

test('a key that is added switched off is not used from the first request on', async () => {
  const id = await add({ apiKey: 'sk-switched-off', baseUrl: world.address('dark'), enabled: false });
  const before = world.mock.requestCount;
  const answer = await world.chat(`${id.split('.', 1)[0] ?? ''}/m`);
  assert.equal(answer.status, 503);
  assert.equal(world.mock.requestCount, before);
  await ask('PUT', `/admin/keys/${id}`, { enabled: true });
  assert.equal((await world.chat(`${id.split('.', 1)[0] ?? ''}/m`)).status, 200);
  await ask('DELETE', `/admin/keys/${id}`);
});

test('stats count attempts by key, the most used first; series have a point for each of 61 minutes and drop unknown ids', async () => {
  const busy = await add({ name: 'busy', apiKey: 'sk-busy-key-00001', baseUrl: world.address('busy') });
  const idle = await add({ name: 'idle', apiKey: 'sk-idle-key-00001', baseUrl: world.address('idle') });
  const model = `${busy.split('.', 1)[0] ?? ''}/m`;
  for (let index = 0; index < 2; index += 1) assert.equal((await world.chat(model)).status, 200);
  const items = async (): Promise<readonly Json[]> => (await ask('GET', '/admin/stats')).json['items'] as readonly Json[];
  await waitFor('both attempts in the ledger', async () => (await items()).some(({ id, total }) => id === busy && total === 2));
  const all = await items();
  const [first] = all;
  assert.equal(first?.['id'], busy);
  assert.deepEqual(Object.keys(first ?? {}), [
    'id',
    'name',
    'provider',
    'enabled',
    'failures',
    'cooldownUntil',
    'total',
    'success',
    'failure',
    'statusClassCounts',
    'avgLatencyMs',
    'lastAt',
    'lastStatus',
  ]);
  assert.deepEqual(first?.['statusClassCounts'], { '2xx': 2, '3xx': 0, '4xx': 0, '5xx': 0, error: 0 });
  assert.deepEqual([first?.['success'], first?.['failure'], first?.['lastStatus']], [2, 0, '200']);
  const unused = all.find(({ id }) => id === idle);
  assert.deepEqual([unused?.['total'], unused?.['avgLatencyMs']], [0, null]);

  const { json } = await ask('GET', `/admin/timeseries?ids=${busy},nobody.k`);
  assert.deepEqual([json['bucketMs'], json['windowMinutes']], [60_000, 60]);
  const series = json['series'] as readonly Json[];
  assert.deepEqual(
    series.map(({ id, name, provider }) => [id, name, provider]),
    [[busy, 'busy', 'custom']],
  );
  const points = series[0]?.['points'] as readonly Record<string, number | null>[];
  assert.equal(points.length, 61);
  assert.deepEqual(Object.keys(points[0] ?? {}), ['t', 'count', 'success', 'failure', 'avgLatencyMs', 'latencyCount']);
  for (const [index, point] of points.entries()) assert.equal((point['t'] ?? 0) - (points[0]?.['t'] ?? 0), index * 60_000);
  assert.equal(
    points.reduce((sum, { count }) => sum + (count ?? 0), 0),
    2,
  );
  assert.equal(points.find(({ count }) => count === 0)?.['avgLatencyMs'], null);
  assert.ok(Number(json['endAt']) >= Number(points.at(-1)?.['t']));
  const metrics = await ask('GET', '/metrics');
  assert.match(metrics.text, /llm_key_lb_requests_total\{[^}]*key_name="busy"[^}]*\} 2/);
  const everything = await ask('GET', '/admin/timeseries');
  assert.ok((everything.json['series'] as readonly Json[]).length >= 2);
});
