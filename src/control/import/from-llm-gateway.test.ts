import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignData } from '../../../test/support/foreign-data.ts';
import { gatewayKey, gatewayModel, gatewayProvider, type GatewayTables, readGateway, seal } from '../../../test/support/llm-gateway-tables.ts';
import { compileDraft, wordsOf } from '../../../test/support/usable-draft.ts';
import { PRESETS } from '../../presets/presets.ts';
import type { ForeignRow } from '../../store/foreign/foreign-data.ts';
import { fromLlmGateway } from './from-llm-gateway.ts';
import { LLM_GATEWAY_TABLES } from './llm-gateway-rows.ts';

test('providers get their key opened, their models under each of their names, and figures as far as they are known', () => {
  const draft = readGateway({
    providers: [
      gatewayProvider('openai', { base_url: 'https://api.openai.com/v1', model_mapping: '{"quick":"gpt-4o-mini"}' }),
      gatewayProvider('b', { enabled: 0 }),
    ],
    models: [
      gatewayModel('m1', 'openai', 'gpt-4o', {
        name: 'GPT 4o',
        model_attributes:
          '{"max_tokens":16384,"max_input_tokens":128000,"input_cost_per_token":0.0000025,"output_cost_per_token":0.00001,"input_cost_per_token_cache_hit":0.00000125,"supports_vision":true,"timeout":9}',
        prompt_config: '{"operationType":"prepend","templateContent":"x"}',
      }),
      gatewayModel('m2', 'openai', 'gpt-4o-mini'),
      gatewayModel('m3', 'openai', 'gpt-off', { enabled: 0 }),
    ],
  });
  const figures = { contextTokens: 128_000, maxOutputTokens: 16_384, price: { input: 2.5, output: 10, cacheRead: 1.25 } };
  assert.deepEqual(draft.providers[0], {
    id: 'openai',
    name: 'OPENAI',
    preset: 'openai',
    enabled: true,
    protocols: {
      'openai-chat': 'https://api.openai.com/v1',
      'openai-responses': 'https://api.openai.com/v1',
      'openai-completions': 'https://api.openai.com/v1',
      'openai-embeddings': 'https://api.openai.com/v1',
    },
    models: [
      { name: 'gpt-4o', ...figures },
      { name: 'GPT 4o', upstream: 'gpt-4o', ...figures },
      'gpt-4o-mini',
      { name: 'quick', upstream: 'gpt-4o-mini' },
    ],
    keys: [{ id: 'key-1', secret: 'sk-openai' }],
  });
  assert.equal(draft.providers[1]?.enabled, false);
  assert.equal(draft.providers[1]?.models, undefined);
  const words = wordsOf(draft);
  assert.match(words, /model "GPT 4o": the rule that changes its prompts \(prompt_config\)/u);
  assert.match(words, /model "GPT 4o", model_attributes: the field "timeout" is not known/u);
  assert.match(words, /what it supports \(supports_…\) is left out/u);
  assert.match(words, /model "gpt-off": switched off there/u);
  compileDraft(draft);
});

test('a sealed key without the right JWT_SECRET is left out and has to be entered again; a plain one is taken', () => {
  const providers = [
    gatewayProvider('a'),
    gatewayProvider('b', { api_key: 'sk-plain' }),
    gatewayProvider('c', { api_key: null }),
    gatewayProvider('d', { api_key: 'two words' }),
  ];
  const sealed = readGateway({ providers }, null);
  assert.deepEqual(
    sealed.providers.map(({ keys }) => keys?.length),
    [0, 1, 0, 0],
  );
  assert.match(wordsOf(sealed), /provider "a": its API key is sealed with the JWT_SECRET/u);
  const wrong = readGateway({ providers }, 'another secret');
  assert.equal(wrong.providers[0]?.keys?.length, 0);
  assert.match(wordsOf(wrong), /provider "a": its API key cannot be opened with the JWT_SECRET that was given/u);
  assert.match(wordsOf(wrong), /provider "c": it has no API key/u);
  assert.doesNotMatch(wordsOf(sealed) + wordsOf(wrong), /sk-plain|two words/u);
  assert.equal(compileDraft(sealed).providers.length, 4);
  const long = 'x'.repeat(80);
  assert.deepEqual(readGateway({ providers: [gatewayProvider('a', { api_key: seal('sk-long', long) })] }, long).providers[0]?.keys, [
    { id: 'key-1', secret: 'sk-long' },
  ]);
});

test('addresses are those of the protocols that provider or models name', () => {
  const draft = readGateway({
    providers: [
      gatewayProvider('mapped', {
        protocol_mappings: '{"openai":"https://m.test/v1","anthropic":"https://m.test/anthropic","google":"https://m.test"}',
      }),
      gatewayProvider('claude', { base_url: 'https://api.anthropic.com' }),
      gatewayProvider('gem', { base_url: 'https://generativelanguage.googleapis.com/v1beta/openai', protocol: 'google' }),
      gatewayProvider('bad', { base_url: 'not a url' }),
    ],
    models: [gatewayModel('m1', 'claude', 'claude-opus-5', { protocol: 'anthropic' })],
  });
  assert.deepEqual(
    draft.providers.map(({ id, preset, protocols }) => ({ id, preset, protocols })),
    [
      {
        id: 'mapped',
        preset: 'custom',
        protocols: {
          'openai-chat': 'https://m.test/v1',
          'openai-completions': 'https://m.test/v1',
          'openai-embeddings': 'https://m.test/v1',
          'anthropic-messages': 'https://m.test/anthropic/v1',
          'gemini-generate': 'https://m.test',
        },
      },
      { id: 'claude', preset: 'anthropic', protocols: { 'anthropic-messages': 'https://api.anthropic.com' } },
      {
        id: 'gem',
        preset: 'gemini',
        protocols: {
          'openai-chat': 'https://generativelanguage.googleapis.com/v1beta/openai',
          'openai-embeddings': 'https://generativelanguage.googleapis.com/v1beta/openai',
        },
      },
    ],
  );
  assert.match(wordsOf(draft), /provider "bad": its base URL must be a URL/u);
  compileDraft(draft);
});

test('null, broken and odd columns end in notes and never in a broken configuration', () => {
  const draft = readGateway({
    providers: [
      gatewayProvider('a', { name: null, model_mapping: '{broken', protocol_mappings: '[1]' }),
      gatewayProvider('', {}),
      gatewayProvider('a', {}),
      gatewayProvider('__proto__', { model_mapping: '{"__proto__":"x","b*":"y"}' }),
      gatewayProvider('😀', { base_url: null }),
    ],
    models: [
      gatewayModel('m1', 'a', ''),
      gatewayModel('m2', 'nobody', 'x'),
      gatewayModel('m3', 'a', 'x'.repeat(300)),
      gatewayModel('m4', 'a', 'good', { model_attributes: '{"max_tokens":"many","input_cost_per_token":-1}' }),
    ],
    virtual_keys: [
      gatewayKey('😀', 'vk_a', { model_ids: '{broken', model_id: 'm4', rate_limit: 'plenty' }),
      gatewayKey('b', 'with space', { provider_id: 'a' }),
    ],
  });
  assert.deepEqual(
    draft.providers.map(({ id, models }) => ({ id, models })),
    [
      { id: 'a', models: ['good'] },
      { id: 'proto', models: [{ name: '__proto__', upstream: 'x' }, '*'] },
    ],
  );
  assert.match(draft.virtualKeys[0]?.id ?? '', /^key-[0-9a-f]{8}$/u);
  assert.deepEqual(draft.virtualKeys[0]?.limits, { requestsPerMinute: 0 });
  const words = wordsOf(draft);
  assert.match(words, /model_mapping is no JSON that can be read/u);
  assert.match(words, /its id stands twice/u);
  compileDraft(draft);
});

test('tables and columns that are not read are named, and a second import gives the same', () => {
  const tables = { users: [{ id: 1 }], settings_of_a_fork: [{ id: 1 }], providers: [gatewayProvider('a', { colour: 'red' })] };
  const words = wordsOf(readGateway(tables as GatewayTables));
  assert.match(words, /table users: accounts are not carried/u);
  assert.match(words, /table settings_of_a_fork: a table that the import does not know/u);
  assert.match(words, /providers\.colour: a column that the import does not know/u);
  assert.deepEqual(readGateway(tables as GatewayTables), readGateway(tables as GatewayTables));
});

test('databases of other programs are refused by the name of what they lack', () => {
  const refuse = (tables: Readonly<Record<string, readonly ForeignRow[]>>): void => {
    fromLlmGateway(foreignData(tables, LLM_GATEWAY_TABLES), { presets: PRESETS, jwtSecret: null });
  };
  assert.throws(() => refuse({ proxy_configs: [] }), /has no table "providers", so it is not one of LLM Gateway\. Nothing was imported/u);
  assert.throws(() => refuse({ providers: [{ id: 1, api_base: 'x', api_key: 'y' }], virtual_keys: [] }), /has no column "base_url"/u);
  assert.throws(() => refuse({ providers: [gatewayProvider('a')] }), /has no table "virtual_keys"/u);
});
