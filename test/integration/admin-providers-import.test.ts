import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { AdministeredGateway } from '../support/administered-gateway.ts';

const SECRET = 'sk-import-Zq7Lw9xT2mVb4Kd8';
const PROVIDERS = '/api/admin/providers';

interface Results {
  readonly success: number;
  readonly failed: number;
  readonly skipped: number;
  readonly errors: readonly { readonly id: string; readonly error: string; readonly problems: readonly { readonly path: string }[] }[];
}

let rig: AdministeredGateway;

before(async () => {
  rig = await AdministeredGateway.start();
});
beforeEach(() => rig.mock.reset());
after(() => rig.close());

test('every good provider of an import comes with one revision, and each bad one is told', async () => {
  await rig.addProvider('there', { keys: [SECRET] });
  const { revision } = (await rig.admin.get(`${PROVIDERS}/there`)).json as { revision: number };
  const { status, json, text } = await rig.admin.post(`${PROVIDERS}/batch-import`, {
    providers: [
      { id: 'older', name: 'Older', baseUrl: rig.address('older'), apiKey: `${SECRET}-1`, modelMapping: { fast: 'vendor-fast' } },
      { id: 'own', preset: 'custom', protocols: { 'openai-chat': rig.address('own') }, models: ['own-model'], keys: [`${SECRET}-2`] },
      { id: 'keyless', baseUrl: 'https://example.com/v1', enabled: false },
      { id: 'there', baseUrl: rig.address('there'), apiKey: SECRET },
      { id: 'own', protocols: { 'openai-chat': rig.address('own') } },
      { id: 'Not A Slug', baseUrl: 'https://example.com/v1' },
      { id: 'no-address', apiKey: SECRET },
      { id: 'wrong-address', baseUrl: 'http://169.254.169.254/', apiKey: SECRET },
      { id: 'misspelt', protocols: { 'openai-chat': 'https://example.com/v1' }, wieght: 2 },
      { id: 'spaced', baseUrl: 'https://example.com/v1', apiKey: 'two words' },
      { id: 'masked', protocols: { 'openai-chat': 'https://example.com/v1' }, headers: { 'x-team': '[secret]' } },
      'nothing',
    ],
  });
  const results = json['results'] as Results;
  assert.deepEqual([status, json['success'], results.success, results.skipped, results.failed], [200, false, 3, 2, 7]);
  assert.equal(json['message'], 'Added 3, skipped 2, failed 7. Without a key are 1 of them: enter those.');
  assert.deepEqual([json['revision'], json['withoutKeys']], [revision + 1, ['keyless']]);
  assert.deepEqual(
    results.errors.map(({ id, problems }) => [id, problems[0]?.path]),
    [
      ['Not A Slug', 'id'],
      ['no-address', 'baseUrl'],
      ['wrong-address', 'baseUrl'],
      ['misspelt', 'wieght'],
      ['spaced', 'keys[0].secret'],
      ['masked', 'headers.x-team'],
      ['#12', ''],
    ],
  );
  assert.ok(results.errors.every(({ error }) => error.endsWith('.') || error.endsWith('?')));
  assert.ok(!text.includes(SECRET));
  assert.equal((await rig.chat('fast')).status, 200);
  assert.deepEqual([rig.mock.requests[0]?.key, rig.mock.requests[0]?.model], [`${SECRET}-1`, 'vendor-fast']);
  assert.equal((await rig.chat('own-model')).status, 200);
  assert.equal(rig.mock.requests[1]?.key, `${SECRET}-2`);
});

test('an id that is there is a failure when the import says so', async () => {
  await rig.addProvider('taken', { keys: [`${SECRET}-taken`] });
  const providers = [{ id: 'taken', baseUrl: 'https://example.com/v1', apiKey: SECRET }];
  const refused = await rig.admin.post(`${PROVIDERS}/batch-import`, { providers, skipExisting: false });
  const results = refused.json['results'] as Results;
  assert.deepEqual([results.success, results.skipped, results.failed, results.errors[0]?.id], [0, 0, 1, 'taken']);
  const kept = (await rig.admin.get(`${PROVIDERS}/taken`)).json['protocols'];
  assert.deepEqual(kept, { 'openai-chat': rig.address('taken') });
});

test('what is exported holds no secret and is taken back by an import', async () => {
  await rig.addProvider('exported', {
    name: 'Exported',
    models: ['a', { name: 'b', upstream: 'c' }],
    headers: { 'x-team': 'secret-of-the-team' },
    proxyUrl: 'http://user:secret-of-the-proxy@127.0.0.1:3128',
    keys: [`${SECRET}-exported`],
  });
  await rig.addProvider('exported-off', { enabled: false });
  const all = await rig.admin.get(`${PROVIDERS}/export`);
  for (const secret of [SECRET, 'secret-of-the']) assert.ok(!all.text.includes(secret));
  const providers = all.json['providers'] as readonly { id: string }[];
  const leftOut = all.json['leftOut'] as readonly { id: string }[];
  assert.deepEqual(
    leftOut.find(({ id }) => id === 'exported'),
    { id: 'exported', keys: 1, fields: ['headers.x-team', 'proxyUrl'] },
  );
  const enabled = (await rig.admin.get(`${PROVIDERS}/export?enabled=true`)).json['providers'] as readonly { id: string }[];
  assert.deepEqual(
    providers.map(({ id }) => id).filter((id) => !enabled.some((other) => other.id === id && id !== 'exported-off')),
    providers.map(({ id }) => id).filter((id) => id === 'exported-off' || id === 'keyless'),
  );
  const other = await AdministeredGateway.start();
  try {
    const taken = await other.admin.post(`${PROVIDERS}/batch-import`, all.json);
    const results = taken.json['results'] as Results;
    assert.deepEqual([results.success, results.failed, results.skipped], [providers.length, 0, 0]);
    assert.deepEqual(
      taken.json['withoutKeys'],
      providers.map(({ id }) => id),
    );
    const again = await other.admin.get(`${PROVIDERS}/export`);
    assert.deepEqual(again.json['providers'], providers);
  } finally {
    await other.close();
  }
});

test('the vendors that Headgate knows are listed without a secret', async () => {
  const { json } = await rig.admin.get(`${PROVIDERS}/presets`);
  const presets = json['items'] as readonly { id: string }[];
  assert.equal(json['total'], presets.length);
  const openai = presets.find(({ id }) => id === 'openai') as unknown as Record<string, unknown>;
  assert.deepEqual([openai['label'], openai['auth'], openai['env'], openai['local']], ['OpenAI', 'header', ['OPENAI_API_KEY'], false]);
  const azure = presets.find(({ id }) => id === 'azure-openai') as unknown as Record<string, unknown>;
  assert.deepEqual([azure['protocols'], azure['addressExample']], [{}, 'https://RESOURCE.openai.azure.com/openai/v1']);
});
