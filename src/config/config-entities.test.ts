import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { configOfEntities, entitiesOf } from './config-entities.ts';
import { diffEntities } from './config-diff.ts';
import type { GatewayConfig } from './schema/gateway-config-schema.ts';

const CONFIG: GatewayConfig = {
  providers: [
    { id: 'a', preset: 'openai', keys: [{ id: 'k1', secret: 'sk-one-secret' }, 'sk-two-secret'] },
    { id: 'b', priority: 1 },
  ],
  virtualKeys: [{ id: 'team', secret: 'hg-team-secret', models: ['m'] }],
  settings: { maxWaitMs: 5 },
};

test('a configuration is taken apart into providers, their keys, virtual keys and settings', () => {
  assert.deepEqual(
    entitiesOf(CONFIG).map(({ kind, id, place }) => `${kind} ${id} ${place}`),
    ['provider a 0', 'provider-key a/k1 0', `provider-key a/${'k-'}${bareKeyId()} 1`, 'provider b 1', 'virtual-key team 0', 'settings settings 0'],
  );
});

function bareKeyId(): string {
  const id = entitiesOf({ providers: [{ id: 'a', keys: ['sk-two-secret'] }] })[1]?.id ?? '';
  return id.slice('a/k-'.length);
}

test('what was taken apart is put together again, in any order', () => {
  const provider = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    priority: fc.nat(3),
    keys: fc.uniqueArray(fc.constantFrom('k1', 'k2', 'k3')),
  });
  fc.assert(
    fc.property(fc.uniqueArray(provider, { selector: ({ id }) => id }), fc.infiniteStream(fc.nat()), (providers, order) => {
      const config: GatewayConfig = {
        ...(providers.length === 0
          ? {}
          : {
              providers: providers.map(({ keys, ...rest }) => ({
                ...rest,
                ...(keys.length === 0 ? {} : { keys: keys.map((id) => ({ id, secret: `secret-of-${id}` })) }),
              })),
            }),
        settings: { maxWaitMs: 1 },
      };
      const shuffled = entitiesOf(config)
        .map((entity) => ({ entity, rank: Number(order.next().value) }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ entity }) => entity);
      assert.deepEqual(configOfEntities(shuffled), config);
    }),
  );
});

test('a difference names what was added, removed and changed, field by field', () => {
  const next: GatewayConfig = {
    providers: [{ id: 'a', preset: 'openai', weight: 2, keys: [{ id: 'k1', secret: 'sk-one-other' }] }, { id: 'c' }],
    virtualKeys: [{ id: 'team', secret: 'hg-team-secret', models: ['m'] }],
  };
  const changes = diffEntities(entitiesOf(CONFIG), entitiesOf(next));
  assert.deepEqual(
    changes.map(({ kind, id, change, fields }) => [change, kind, id.replace(/k-.*/, 'k-…'), fields.map(({ field }) => field).join()]),
    [
      ['changed', 'provider', 'a', 'weight'],
      ['changed', 'provider-key', 'a/k1', 'secret'],
      ['added', 'provider', 'c', ''],
      ['removed', 'provider-key', 'a/k-…', ''],
      ['removed', 'provider', 'b', ''],
      ['removed', 'settings', 'settings', ''],
    ],
  );
  assert.deepEqual(changes[0]?.fields, [{ field: 'weight', before: null, after: '2' }]);
});

test('no secret stands in a difference', () => {
  const secret = (text: string): GatewayConfig => ({
    providers: [{ id: 'a', headers: { 'x-secret': text }, proxyUrl: `http://u:${text}@proxy`, keys: [{ id: 'k', secret: text }] }],
    virtualKeys: [{ id: 'v', secret: text }],
  });
  const told = JSON.stringify(diffEntities(entitiesOf(secret('canary-1')), entitiesOf(secret('canary-2'))));
  assert.ok(!told.includes('canary'));
  assert.match(told, /"field":"headers"/);
});
