import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aProvider, aSnapshot } from '../../../test/support/snapshot-literals.ts';
import { listModels, modelsBody } from './models-answer.ts';

const SNAPSHOT = aSnapshot([
  aProvider('second', { models: ['b', 'a'], priority: 2 }),
  aProvider('first', { models: ['b', 'vendor/c'], priority: 1 }),
  aProvider('open', { acceptsAnyModel: true, knownModels: ['known', 'a'], models: ['mapped'] }),
  aProvider('closed', { knownModels: ['not-offered'] }),
  aProvider('off', { models: ['d'], enabled: false }),
  aProvider('api', { kind: 'rest', models: ['e'] }),
]);

test('lists every offered model once, sorted, owned by the provider of the best priority', () => {
  assert.deepEqual(
    listModels(SNAPSHOT, () => true),
    [
      { id: 'a', ownedBy: 'open' },
      { id: 'b', ownedBy: 'first' },
      { id: 'known', ownedBy: 'open' },
      { id: 'mapped', ownedBy: 'open' },
      { id: 'vendor/c', ownedBy: 'first' },
    ],
  );
});

test('lists nothing of providers that the caller may not use', () => {
  assert.deepEqual(
    listModels(SNAPSHOT, (provider) => provider.id === 'second').map(({ id }) => id),
    ['a', 'b'],
  );
});

test('each protocol gets its own shape', () => {
  const models = [
    { id: 'a', ownedBy: 'p' },
    { id: 'b', ownedBy: 'q' },
  ];
  const parse = (shape: 'openai' | 'anthropic' | 'gemini'): unknown => JSON.parse(modelsBody(shape, models, null) ?? 'null');
  assert.deepEqual(parse('openai'), {
    object: 'list',
    data: [
      { id: 'a', object: 'model', created: 1_677_610_602, owned_by: 'p' },
      { id: 'b', object: 'model', created: 1_677_610_602, owned_by: 'q' },
    ],
  });
  const anthropic = parse('anthropic') as { data: { type: string; id: string }[]; first_id: string; last_id: string; has_more: boolean };
  assert.deepEqual(
    anthropic.data.map(({ type, id }) => [type, id]),
    [
      ['model', 'a'],
      ['model', 'b'],
    ],
  );
  assert.deepEqual([anthropic.first_id, anthropic.last_id, anthropic.has_more], ['a', 'b', false]);
  const gemini = parse('gemini') as { models: { name: string }[] };
  assert.deepEqual(
    gemini.models.map(({ name }) => name),
    ['models/a', 'models/b'],
  );
});

test('one model is answered alone, an unknown one not at all', () => {
  const models = [{ id: 'vendor/a', ownedBy: 'p' }];
  assert.deepEqual(JSON.parse(modelsBody('openai', models, 'vendor/a') ?? ''), {
    id: 'vendor/a',
    object: 'model',
    created: 1_677_610_602,
    owned_by: 'p',
  });
  for (const shape of ['openai', 'anthropic', 'gemini'] as const) assert.equal(modelsBody(shape, models, 'b'), null);
});

test('an empty list is a list', () => {
  assert.deepEqual(JSON.parse(modelsBody('anthropic', [], null) ?? ''), { data: [], has_more: false, first_id: null, last_id: null });
});
