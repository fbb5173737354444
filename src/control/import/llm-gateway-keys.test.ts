import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayKey, gatewayModel, gatewayProvider, readGateway } from '../../../test/support/llm-gateway-tables.ts';
import { compileDraft, wordsOf } from '../../../test/support/usable-draft.ts';
import { hashToken } from '../../security/hash-token.ts';

test('old client keys stay valid, for their models and providers, with requests a minute', () => {
  const draft = readGateway({
    providers: [gatewayProvider('a'), gatewayProvider('b')],
    models: [gatewayModel('m1', 'a', 'gpt-4o'), gatewayModel('m2', 'b', 'llama', { name: 'Llama' }), gatewayModel('m3', 'b', 'off', { enabled: 0 })],
    virtual_keys: [
      gatewayKey('one', 'vk_one', { model_id: 'm1', rate_limit: 60 }),
      gatewayKey('many', 'vk_many', { model_ids: '["m1","m2","m3"]', rate_limit: 0, routing_strategy: 'failover', cache_enabled: 1 }),
      gatewayKey('whole', 'custom-KEY_1', { provider_id: 'b', enabled: 0, rate_limit: -5 }),
      gatewayKey('nothing', 'vk_nothing'),
      gatewayKey('gone', 'vk_gone', { provider_id: 'x' }),
      gatewayKey('off', 'vk_off', { model_id: 'm3' }),
      gatewayKey('monitor', 'monitor_vk_1', { model_ids: '["m1"]' }),
      gatewayKey('hash only', 'vk_hash', { key_value: null, provider_id: 'a' }),
      gatewayKey('none', 'x', { key_value: null, key_hash: null, provider_id: 'a' }),
      gatewayKey('twice', 'vk_one', { model_id: 'm1' }),
      gatewayKey('ending', 'vk_ending', { provider_id: 'a', expires_at: 1_800_000_000 }),
    ],
  });
  assert.deepEqual(
    draft.virtualKeys.map(({ secretHash: _, name: __, ...key }) => key),
    [
      { id: 'one', enabled: true, models: ['gpt-4o'], providers: ['a'], limits: { requestsPerMinute: 60 } },
      { id: 'many', enabled: true, models: ['gpt-4o', 'llama', 'Llama'], providers: ['a', 'b'] },
      { id: 'whole', enabled: false, providers: ['b'], limits: { requestsPerMinute: 0 } },
      { id: 'nothing', enabled: false },
      { id: 'gone', enabled: false },
      { id: 'off', enabled: false },
      { id: 'hash-only', enabled: true, providers: ['a'] },
      { id: 'ending', enabled: true, providers: ['a'], expiresAt: '2027-01-15T08:00:00.000Z' },
    ],
  );
  const callers = compileDraft(draft).callers;
  for (const [secret, id] of [
    ['vk_one', 'one'],
    ['custom-KEY_1', 'whole'],
    ['vk_hash', 'hash-only'],
  ] as const)
    assert.equal(callers.get(hashToken(secret))?.id, id);
  const words = wordsOf(draft);
  assert.match(words, /virtual key "many": its own way of routing is not carried/u);
  assert.match(words, /virtual key "many": cache_enabled: answers from a cache/u);
  assert.match(words, /virtual key "nothing": it names neither models nor a provider; it is switched off/u);
  assert.match(words, /virtual key twice: repeats the secret/u);
  assert.match(words, /virtual key "monitor": made by that program for its own health checks/u);
  assert.doesNotMatch(words, /vk_(?:one|many|hash)/u);
});
