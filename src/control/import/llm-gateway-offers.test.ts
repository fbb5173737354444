import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayKey, gatewayModel, gatewayProvider, gatewayRouting, readGateway } from '../../../test/support/llm-gateway-tables.ts';
import { compileDraft, wordsOf } from '../../../test/support/usable-draft.ts';

test('virtual models become mapped models of the providers that they led to; what cannot is told', () => {
  const draft = readGateway({
    providers: [gatewayProvider('a'), gatewayProvider('b')],
    models: [
      gatewayModel('m1', 'a', 'gpt-4o'),
      gatewayModel('v1', null, 'virtual', { name: 'smart', is_virtual: 1, routing_config_id: 'r1' }),
      gatewayModel('v2', null, 'virtual', { name: 'nested', is_virtual: 1, routing_config_id: 'r2' }),
      gatewayModel('v3', null, 'virtual', { name: 'expert', is_virtual: 1, expert_routing_id: 'e1' }),
      gatewayModel('v4', 'a', 'gpt-4o', { name: 'alias', is_virtual: 1 }),
      gatewayModel('v5', null, 'virtual', { name: 'lost', is_virtual: 1, routing_config_id: 'r9' }),
    ],
    routing_configs: [
      gatewayRouting('r1', 'loadbalance', [
        { provider: 'a', weight: 3, override_params: { model: 'gpt-4o', temperature: 0 } },
        { provider: 'a', weight: 1, override_params: { model: 'gpt-4o-mini' } },
        { provider: 'b', weight: 1, override_params: { model: 'llama' }, on_status_codes: [429] },
        { provider: 'b', weight: 0, override_params: { model: 'never' } },
      ]),
      gatewayRouting('r2', 'fallback', [{ provider: 'v1' }]),
      gatewayRouting('r3', 'hash', []),
    ],
    virtual_keys: [gatewayKey('k', 'vk_k', { model_ids: '["v1","v2","v4"]' })],
  });
  assert.deepEqual(draft.providers[0]?.models, ['gpt-4o', { name: 'smart', upstream: 'gpt-4o' }, { name: 'alias', upstream: 'gpt-4o' }]);
  assert.deepEqual(draft.providers[1]?.models, [{ name: 'smart', upstream: 'llama' }, '*']);
  assert.deepEqual(draft.virtualKeys[0]?.models, ['smart', 'alias']);
  const words = wordsOf(draft);
  for (const said of [
    /model "smart": the weights of its targets are not carried/u,
    /model "smart": a provider can offer a name once/u,
    /model "smart": fields that a target puts into requests/u,
    /model "smart": the status codes after which/u,
    /model "smart": a target of weight 0/u,
    /model "nested".*: a target of it names a provider that is not there/u,
    /model "nested".*: no target of it could be carried; left out\. Routes come in a later release/u,
    /model "expert": expert routing has no counterpart here/u,
    /model "lost": its routing config is not there/u,
    /routing_configs: a routing config that no model uses/u,
  ])
    assert.match(words, said);
  compileDraft(draft);
});

test('a provider of whose models none is left is switched off instead of offering every name', () => {
  const draft = readGateway({ models: [gatewayModel('m1', 'a', 'off', { enabled: 0 })] });
  assert.deepEqual(
    draft.providers.map(({ enabled, models }) => ({ enabled, models })),
    [{ enabled: false, models: undefined }],
  );
  assert.match(wordsOf(draft), /provider "a": none of its models could be carried; it is switched off/u);
});
