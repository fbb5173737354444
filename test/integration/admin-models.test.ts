import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { AdministeredGateway } from '../support/administered-gateway.ts';

const SECRET = 'sk-models-Zq7Lw9xT2mVb4Kd8';
const MODELS = '/api/admin/models';
const CATALOGUE = '/api/admin/litellm-presets';

let rig: AdministeredGateway;

before(async () => {
  rig = await AdministeredGateway.start();
});
beforeEach(() => rig.mock.reset());
after(() => rig.close());

async function writtenModels(provider: string): Promise<unknown> {
  return (await rig.admin.get(`/api/admin/providers/${provider}`)).json['models'];
}

test('a model that is added, changed and removed is so for the next request', async () => {
  await rig.addProvider('listed', { models: ['first'], keys: [SECRET] });
  assert.equal((await rig.chat('vendor/second')).status, 404);
  const added = await rig.admin.post(MODELS, { provider: 'listed', name: 'vendor/second', upstream: 'second-1', contextTokens: 1000 });
  assert.deepEqual([added.status, added.json['id'], added.json['acceptsAnyModel']], [201, 'listed/vendor/second', false]);
  assert.equal((await rig.chat('vendor/second')).status, 200);
  assert.equal(rig.mock.requests.at(-1)?.model, 'second-1');
  const url = `${MODELS}/${encodeURIComponent('listed/vendor/second')}`;
  const changed = await rig.admin.patch(url, { upstream: 'second-2', contextTokens: null }, { 'if-match': String(added.headers['etag']) });
  assert.deepEqual([changed.status, changed.json['upstream'], changed.json['contextTokens']], [200, 'second-2', null]);
  await rig.chat('vendor/second');
  assert.equal(rig.mock.requests.at(-1)?.model, 'second-2');
  const stale = await rig.admin.delete(url, { 'if-match': String(added.headers['etag']) });
  assert.equal(stale.status, 412);
  const plain = await rig.admin.put(url, { upstream: null });
  assert.equal(plain.status, 200);
  assert.deepEqual(await writtenModels('listed'), ['first', 'vendor/second']);
  const renamed = await rig.admin.put(url, { name: 'third' });
  assert.equal(renamed.json['id'], 'listed/third');
  assert.equal((await rig.admin.get(url)).status, 404);
  assert.equal((await rig.admin.delete(`${MODELS}/listed%2Fthird`)).status, 200);
  assert.equal((await rig.chat('third')).status, 404);
});

test('a provider that takes any name goes on doing so when a model is added', async () => {
  for (const [id, fields] of [
    ['open', {}],
    ['starred', { models: ['*'] }],
  ] as const) {
    await rig.addProvider(id, { ...fields, keys: [`${SECRET}-${id}`] });
    const added = await rig.admin.post(MODELS, { provider: id, name: `${id}-model` });
    assert.deepEqual([added.status, added.json['acceptsAnyModel']], [201, true]);
    assert.match(String(added.json['note']), /goes on|as before/u);
    assert.deepEqual(await writtenModels(id), ['*', `${id}-model`]);
    assert.equal((await rig.chat(`${id}/any-other`)).status, 200);
    assert.equal((await rig.admin.delete(`${MODELS}/${id}%2F${id}-model`)).status, 200);
    assert.deepEqual(await writtenModels(id), ['*']);
    await rig.admin.delete(`/api/admin/providers/${id}`);
  }
});

test('the only model of a closed provider stays, for without it any name would be taken', async () => {
  await rig.addProvider('closed', { models: ['only'] });
  const refused = await rig.admin.delete(`${MODELS}/closed%2Fonly`);
  assert.deepEqual([refused.status, (refused.json['error'] as { code: string }).code], [409, 'conflict']);
  assert.deepEqual(await writtenModels('closed'), ['only']);
});

test('wrong models are refused with the field', async () => {
  await rig.addProvider('strict', { models: ['known'] });
  const cases: readonly (readonly [body: object, status: number, param: string | null])[] = [
    [{ provider: 'strict', name: 'known' }, 409, 'name'],
    [{ provider: 'strict', name: 'gpt-*' }, 400, 'name'],
    [{ provider: 'strict', name: '*' }, 400, 'name'],
    [{ provider: 'strict', name: 'm', contextTokens: -1 }, 400, 'contextTokens'],
    [{ provider: 'strict', name: 'm', price: { inputs: 1 } }, 400, 'price.inputs'],
    [{ provider: 'strict', name: 'm', upstraem: 'x' }, 400, 'upstraem'],
    [{ provider: 'nobody', name: 'm' }, 404, null],
  ];
  for (const [body, status, param] of cases) {
    const refused = await rig.admin.post(MODELS, body);
    assert.deepEqual([refused.status, (refused.json['error'] as { param: string }).param], [status, param], JSON.stringify(body));
  }
  const url = `${MODELS}/strict%2Fknown`;
  assert.equal((await rig.admin.patch(url, { name: null })).status, 400);
  assert.equal((await rig.admin.patch(`${MODELS}/strict`, { upstream: 'x' })).status, 404);
  assert.equal((await rig.admin.delete(`${MODELS}/strict%2F*`)).status, 404);
  assert.deepEqual(await writtenModels('strict'), ['known']);
});

test('many models come at once with one revision', async () => {
  await rig.addProvider('batch', { models: ['a'] });
  const { revision } = (await rig.admin.get('/api/admin/providers/batch')).json as { revision: number };
  const models = ['a', 'b', { name: 'c', price: { input: 1 } }, 'b', '', 'gpt-*', { name: 'd', wrong: 1 }, 7];
  const { status, json } = await rig.admin.post(`${MODELS}/batch`, { provider: 'batch', models });
  assert.deepEqual([status, json['revision'], json['added'], json['skipped'], json['failed']], [200, revision + 1, 2, 2, 4]);
  assert.deepEqual(json['ids'], ['batch/b', 'batch/c']);
  assert.deepEqual(
    (json['failures'] as readonly { line: number }[]).map(({ line }) => line),
    [5, 6, 7, 8],
  );
  assert.deepEqual(await writtenModels('batch'), ['a', 'b', { name: 'c', price: { input: 1 } }]);
});

test('models are found by words, provider and price, page by page, with where each figure is from', async () => {
  const own = { name: 'zz-own', contextTokens: 9000, price: { input: 1, output: 2 } };
  await rig.addProvider('shown', { preset: 'openai', models: ['gpt-4o', own, 'zz-nobody-knows'], enabled: false });
  const { json } = await rig.admin.get(`${MODELS}/by-provider/shown`);
  const [known, written, unknown] = json['items'] as readonly Record<string, unknown>[];
  assert.equal(json['acceptsAnyModel'], false);
  assert.deepEqual([known?.['priceSource'], known?.['contextSource'], known?.['enabled']], ['catalogue', 'catalogue', false]);
  assert.equal(known?.['priceVersion'], (await rig.admin.get(`${CATALOGUE}/stats`)).json['version']);
  assert.deepEqual([written?.['price'], written?.['priceSource'], written?.['priceVersion']], [own.price, 'config', 'config']);
  assert.deepEqual([written?.['contextTokens'], written?.['contextSource']], [9000, 'config']);
  assert.deepEqual([unknown?.['price'], unknown?.['priceSource'], unknown?.['contextTokens']], [null, null, null]);
  const namesOf = async (query: string): Promise<unknown> =>
    ((await rig.admin.get(`${MODELS}?provider=shown&${query}`)).json['items'] as readonly { name: string }[]).map(({ name }) => name);
  assert.deepEqual(await namesOf('q=ZZ'), ['zz-own', 'zz-nobody-knows']);
  assert.deepEqual(await namesOf('priced=true'), ['gpt-4o', 'zz-own']);
  assert.deepEqual(await namesOf('priced=false'), ['zz-nobody-knows']);
  const page = (await rig.admin.get(`${MODELS}?provider=shown&limit=2`)).json as { next: string; total: number };
  assert.equal(page.total, 3);
  assert.deepEqual(await namesOf(`limit=2&cursor=${page.next}`), ['zz-nobody-knows']);
  assert.equal((await rig.admin.get(`${MODELS}/by-provider/nobody`)).status, 404);
});

test('a model is asked for a word with a key that may serve it', async () => {
  const keys = [
    { id: 'off', secret: `${SECRET}-t0`, enabled: false },
    { id: 'other', secret: `${SECRET}-t1`, models: ['other-*'] },
    { id: 'fit', secret: `${SECRET}-t2` },
  ];
  await rig.addProvider('asked', { models: [{ name: 'public', upstream: 'vendor-model' }], keys });
  rig.mock.script({ rules: [{ text: 'OK, here.' }] });
  const { json } = await rig.admin.post(`${MODELS}/asked%2Fpublic/test`);
  assert.deepEqual([json['success'], json['status'], json['text'], json['model'], json['key']], [true, 200, 'OK, here.', 'vendor-model', 'fit']);
  assert.deepEqual([rig.mock.requests[0]?.key, rig.mock.requests[0]?.model], [`${SECRET}-t2`, 'vendor-model']);
  await rig.admin.post(`${MODELS}/asked%2Fpublic/test`, { key: 'off' });
  assert.equal(rig.mock.requests.at(-1)?.key, `${SECRET}-t0`);
  rig.mock.script({ rules: [{ status: 404, body: { error: { message: 'The model `vendor-model` does not exist', code: 'model_not_found' } } }] });
  const missing = await rig.admin.post(`${MODELS}/asked%2Fpublic/test`);
  assert.deepEqual([missing.status, missing.json['success'], missing.json['failure']], [200, false, 'model-missing']);
  assert.equal((await rig.admin.post(`${MODELS}/asked%2Fnobody/test`)).status, 404);
  assert.equal((await rig.admin.post(`${MODELS}/asked%2Fpublic/test`, { key: 'none' })).status, 404);
});

test('the price list is searched, and says honestly that it comes with the release', async () => {
  const found = await rig.admin.post(`${CATALOGUE}/search`, { query: 'gpt-4o', limit: 3 });
  const results = found.json['results'] as readonly { modelName: string; score: number }[];
  assert.deepEqual([found.json['query'], results.length, results[0]?.modelName, results[0]?.score], ['gpt-4o', 3, 'gpt-4o', 1000]);
  assert.equal((await rig.admin.post(`${CATALOGUE}/search`, { query: 'x', limit: 101 })).status, 400);
  const one = await rig.admin.get(`${CATALOGUE}/model/gpt-4o`);
  assert.deepEqual([one.status, one.json['modelName']], [200, 'gpt-4o']);
  assert.equal((await rig.admin.get(`${CATALOGUE}/model/nobody-knows-it`)).status, 404);
  const stats = (await rig.admin.get(`${CATALOGUE}/stats`)).json as { version: string; date: string; count: number };
  const update = (await rig.admin.post(`${CATALOGUE}/update`)).json;
  assert.deepEqual([update['updated'], update['version'], update['date'], update['count']], [false, stats.version, stats.date, stats.count]);
  assert.match(String(update['message']), /come with the release/u);
  assert.match(stats.date, /^\d{4}-\d{2}-\d{2}$/u);
});
