import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DEFAULT_SETTINGS } from '../../src/config/compile-settings.ts';
import { AdministeredGateway } from '../support/administered-gateway.ts';

const PATH = '/api/admin/settings';
let world: AdministeredGateway;

before(async () => {
  world = await AdministeredGateway.start();
});
after(() => world.close());

test('shows what is in force, and that nobody set anything', async () => {
  const { json, headers } = await world.admin.get(PATH);
  assert.deepEqual(json, { effective: DEFAULT_SETTINGS, set: {}, revision: 0, origin: 'database', updatedAtMs: null });
  assert.equal(headers['etag'], '"0"');
});

test('given fields are replaced whole, null takes one back to its default, absent ones stay', async () => {
  await world.admin.put(PATH, { maxAttempts: 2, breaker: { inARow: 9, openSeconds: 1 } });
  const changed = await world.admin.patch(PATH, { breaker: { inARow: 8 }, maxWaiting: 5 });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual(changed.json['set'], { maxAttempts: 2, breaker: { inARow: 8 }, maxWaiting: 5 });
  const effective = changed.json['effective'] as typeof DEFAULT_SETTINGS;
  assert.deepEqual(effective.breaker, { ...DEFAULT_SETTINGS.breaker, inARow: 8 });
  const cleared = await world.admin.put(PATH, { maxAttempts: null });
  assert.deepEqual(cleared.json['set'], { breaker: { inARow: 8 }, maxWaiting: 5 });
  assert.equal((cleared.json['effective'] as typeof DEFAULT_SETTINGS).maxAttempts, DEFAULT_SETTINGS.maxAttempts);
});

test('settings count for the next request', async () => {
  await world.addProvider('main', { models: ['m'], keys: ['sk-upstream-1-aaaaaaaa'] });
  assert.notEqual((await world.chat('m')).headers['x-headgate-provider'], undefined);
  await world.admin.put(PATH, { answerHeaders: false });
  assert.equal((await world.chat('m')).headers['x-headgate-provider'], undefined);
});

test('wrong fields are refused with their path, and a change that was overtaken too', async () => {
  const wrong = new Map<string, object>([
    ['maxAttemptss', { maxAttemptss: 1 }],
    ['maxAttempts', { maxAttempts: 0 }],
    ['breaker.share', { breaker: { share: 2 } }],
    ['allowAnonymous', { allowAnonymous: 'yes' }],
  ]);
  for (const [path, body] of wrong) {
    const { status, json } = await world.admin.put(PATH, body);
    assert.deepEqual([status, (json['error'] as { param: string }).param], [400, path]);
  }
  assert.equal((await world.admin.put(PATH, { maxAttempts: 3 }, { 'if-match': '"0"' })).status, 412);
});
