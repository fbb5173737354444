import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { AdminClient } from '../support/admin-client.ts';
import { ADMIN_TOKEN, AdministeredGateway } from '../support/administered-gateway.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const FIRST = 'sk-first-Zq7Lw9xT2mVb4Kd8';
const SECOND = 'sk-second-Hn3Rt6yU8pQw1Ez5';
const PROVIDERS = '/api/admin/providers';

let rig: AdministeredGateway;

before(async () => {
  rig = await AdministeredGateway.start();
});
beforeEach(() => rig.mock.reset());
after(() => rig.close());

test('a provider that is added serves the next request, with its own key', async () => {
  const added = await rig.addProvider('served', { models: ['served-model'], keys: [{ id: 'k1', secret: FIRST }] });
  assert.deepEqual([added.status, added.json['id'], added.headers['etag']], [201, 'served', `"${String(added.json['revision'])}"`]);
  assert.ok(!added.text.includes(FIRST));
  const answer = await rig.chat('served-model');
  assert.equal(answer.status, 200);
  assert.deepEqual(
    rig.mock.requests.map(({ key, url }) => [key, url]),
    [[FIRST, '/served/v1/chat/completions']],
  );
});

test('the next request uses a rotated key, and an empty secret keeps the one that is there', async () => {
  await rig.addProvider('rotated', { models: ['rotated-model'], keys: [{ id: 'k1', secret: FIRST }] });
  const rotated = await rig.admin.post(`${PROVIDERS}/rotated/keys/k1/rotate`, { secret: SECOND });
  assert.equal(rotated.status, 200);
  await rig.chat('rotated-model');
  assert.equal(rig.mock.requests.at(-1)?.key, SECOND);
  const kept = await rig.admin.put(`${PROVIDERS}/rotated/keys/k1`, { secret: '', weight: 3 });
  assert.deepEqual([kept.status, kept.json['weight']], [200, 3]);
  await rig.chat('rotated-model');
  assert.equal(rig.mock.requests.at(-1)?.key, SECOND);
  for (const { text } of [rotated, kept]) assert.ok(!text.includes(FIRST) && !text.includes(SECOND));
});

test('a disabled provider or key is out of use for the next request, and one that comes disabled from the first on', async () => {
  await rig.addProvider('switched', { models: ['switched-model'], keys: [{ id: 'k1', secret: FIRST }] });
  await rig.admin.patch(`${PROVIDERS}/switched/keys/k1`, { enabled: false });
  assert.equal((await rig.chat('switched-model')).status, 503);
  await rig.admin.patch(`${PROVIDERS}/switched/keys/k1`, { enabled: null });
  assert.equal((await rig.chat('switched-model')).status, 200);
  await rig.admin.patch(`${PROVIDERS}/switched`, { enabled: false });
  assert.equal((await rig.chat('switched-model')).status, 503);
  await rig.addProvider('never-on', { enabled: false, models: ['never-on-model'], keys: [FIRST] });
  assert.equal((await rig.chat('never-on-model')).status, 503);
  assert.equal(rig.mock.requestCount, 1);
});

test('an unknown field is told with its path, and nothing is changed', async () => {
  const refused = await rig.addProvider('wrong', { keys: [{ id: 'k1', secret: FIRST, wieght: 2 }] });
  const error = refused.json['error'] as { code: string; param: string; message: string };
  assert.deepEqual([refused.status, error.code, error.param], [400, 'invalid_field', 'keys[0].wieght']);
  assert.match(error.message, /did you mean "weight"/u);
  assert.ok(!refused.text.includes(FIRST));
  assert.equal((await rig.admin.get(`${PROVIDERS}/wrong`)).status, 404);
});

test('another address demands the secrets again, and is taken with them', async () => {
  await rig.addProvider('moved', { models: ['moved-model'], keys: [{ id: 'k1', secret: FIRST }] });
  const protocols = { 'openai-chat': 'http://localhost:9/v1' };
  const refused = await rig.admin.patch(`${PROVIDERS}/moved`, { protocols });
  const error = refused.json['error'] as { code: string; problems: readonly { path: string }[] };
  assert.deepEqual([refused.status, error.code, error.problems[0]?.path], [409, 'secret_required', 'keys.k1.secret']);
  const moved = await rig.admin.patch(`${PROVIDERS}/moved`, { protocols, keys: [{ id: 'k1', secret: FIRST }] });
  assert.equal(moved.status, 200);
  const back = { 'openai-chat': rig.address('moved-back') };
  assert.equal((await rig.admin.patch(`${PROVIDERS}/moved`, { protocols: back, keys: [{ id: 'k1', secret: SECOND }] })).status, 200);
  assert.equal((await rig.chat('moved-model')).status, 200);
  assert.deepEqual([rig.mock.requests.at(-1)?.key, rig.mock.requests.at(-1)?.url], [SECOND, '/moved-back/v1/chat/completions']);
});

test('ten thousand lines of keys come in at once, each counted once', async () => {
  await rig.addProvider('large', { models: ['large-model'], keys: [{ id: 'k1', secret: 'sk-large-00000' }] });
  const fresh = Array.from({ length: 8990 }, (_, index) => `sk-large-${String(index + 1).padStart(5, '0')}`);
  const broken = Array.from({ length: 300 }, (_, index) => `two words ${index}`);
  const lines = [...fresh, 'sk-large-00000', ...fresh.slice(0, 709), ...broken];
  const before = await rig.admin.get(`${PROVIDERS}/large`);
  const { json, status } = await rig.admin.post(`${PROVIDERS}/large/keys/batch`, { keys: `${lines.join('\n')}\n\n` });
  assert.equal(lines.length, 10_000);
  assert.deepEqual([status, json['added'], json['skipped'], json['failed']], [200, 8990, 710, 300]);
  assert.deepEqual((json['failures'] as readonly object[])[0], { line: 9701, message: 'must be one word of visible ASCII characters' });
  assert.equal(json['revision'], Number(before.json['revision']) + 1);
  const listed = await rig.admin.get(`${PROVIDERS}/large/keys?limit=1`);
  assert.equal(listed.json['total'], 8991);
  const again = await rig.admin.post(`${PROVIDERS}/large/keys/batch`, { keys: lines });
  assert.deepEqual([again.json['added'], again.json['skipped'], again.json['failed']], [0, 9700, 300]);
  assert.equal(again.json['revision'], json['revision']);
});

test('a configuration that is a file is tested here and changed there', async () => {
  const filed = await MockedGateway.start({ providers: [{ id: 'filed', models: ['m'], keys: [FIRST] }], env: { ADMIN_TOKEN } });
  try {
    const admin = new AdminClient(filed.origin, ADMIN_TOKEN);
    // The control plane opens behind the start.
    await waitFor('the control plane', async () => (await admin.get(PROVIDERS)).status === 200 || null);
    filed.script({ rules: [{ match: { key: null }, status: 401 }] });
    const tested = await admin.post(`${PROVIDERS}/filed/test`);
    assert.deepEqual([tested.status, tested.json['success'], tested.json['verdict']], [200, true, 'accepted']);
    assert.equal((await admin.get('/api/admin/models/filed%2Fm')).json['origin'], 'file');
    const changes = [
      await admin.post(`${PROVIDERS}/batch-import`, { providers: [{ id: 'new', baseUrl: 'https://example.com/v1' }] }),
      await admin.post('/api/admin/models', { provider: 'filed', name: 'n' }),
      await admin.post('/api/admin/models/batch', { provider: 'filed', models: ['n'] }),
      await admin.patch('/api/admin/models/filed%2Fm', { upstream: 'x' }),
      await admin.delete('/api/admin/models/filed%2Fm'),
    ];
    for (const { status, json } of changes) assert.deepEqual([status, (json['error'] as { code: string }).code], [409, 'config_read_only']);
  } finally {
    await filed.close();
  }
});
