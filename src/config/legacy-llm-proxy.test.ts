import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Preset, PresetCatalogue } from '../domain/preset.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { readYamlConfig } from './yaml-source.ts';

const BEARER = { in: 'header', name: 'authorization', scheme: 'Bearer' } as const;
const PRESETS: PresetCatalogue = new Map(
  [
    { id: 'openai', label: 'OpenAI', protocols: { 'openai-chat': 'https://api.openai.com/v1' }, auth: BEARER, family: 'openai' as const },
    { id: 'custom', label: 'Custom', protocols: {}, auth: BEARER },
  ].map((preset): [string, Preset] => [preset.id, preset]),
);

const EXAMPLE = `
providers:
  - name: "provider1"
    api_base: "https://api.openai.com/v1"
    api_key: "sk-your-api-key-1"

  - name: "provider2"
    api_base: "https://relay.example.com/v1"
    model_mapping: { fast: gpt-4o-mini }
    api_key: "sk-your-api-key-2"

master_keys:
  - name: "Production Key"
    key: "sk-prod-key"
    rate_limit:
      requests_per_second: 100
      burst_size: 150
  - name: "Unlimited Key"
    key: "sk-unlimited-key"

server:
  host: "0.0.0.0"
  port: 8000
`;

function read(text: string, environment: Record<string, string> = {}): LoadedConfig {
  return readYamlConfig(text, { source: 'config.yaml', environment, presets: PRESETS });
}

test('the documented config.yaml of llm-proxy is accepted as it is', () => {
  const { config, server, warnings } = read(EXAMPLE);
  assert.deepEqual(
    config.providers?.map(({ id, preset, keys, models, protocols }) => ({ id, preset, keys, models, base: protocols?.['openai-chat'] })),
    [
      { id: 'provider1', preset: 'openai', keys: ['sk-your-api-key-1'], models: undefined, base: 'https://api.openai.com/v1' },
      {
        id: 'provider2',
        preset: 'custom',
        keys: ['sk-your-api-key-2'],
        models: [{ name: 'fast', upstream: 'gpt-4o-mini' }],
        base: 'https://relay.example.com/v1',
      },
    ],
  );
  assert.deepEqual(config.virtualKeys, [
    { id: 'production-key', name: 'Production Key', secret: 'sk-prod-key', enabled: true, limits: { requestsPerSecond: 100, burst: 150 } },
    { id: 'unlimited-key', name: 'Unlimited Key', secret: 'sk-unlimited-key', enabled: true },
  ]);
  assert.deepEqual(server, { host: '0.0.0.0', port: 8000 });
  assert.deepEqual(warnings, []);
});

test('providers of one name get ids of their own', () => {
  const { config } = read(
    'providers:\n  - { name: A B, api_base: "http://x.test", api_key: k1 }\n  - { name: A B, api_base: "http://y.test", api_key: k2 }\n  - { name: 中文, api_base: "http://z.test", api_key: k3 }',
  );
  assert.deepEqual(
    config.providers?.map(({ id }) => id),
    ['a-b', 'a-b-2', 'provider'],
  );
});

test('a mapping gives the models, an empty one accepts any name', () => {
  const { config } = read(
    'providers:\n  - { name: a, api_base: "http://x.test", api_key: k, weight: 3, model_mapping: { gpt-4: gpt-4-turbo, fast: { mapped_model: m, note: x } } }\n  - { name: b, api_base: "http://x.test", api_key: k, model_mapping: {} }',
  );
  assert.deepEqual(config.providers?.[0]?.models, [
    { name: 'gpt-4', upstream: 'gpt-4-turbo' },
    { name: 'fast', upstream: 'm' },
  ]);
  assert.equal(config.providers?.[0]?.weight, 3);
  assert.equal(config.providers?.[1]?.models, undefined);
});

test('providers without a mapping share any model, so OpenAI gets no preference over a plain address beside it', () => {
  const openai = '{ name: a, api_base: "https://api.openai.com/v1", api_key: k1 }';
  const relay = '{ name: b, api_base: "https://relay.test/v1", api_key: k2 }';
  const presetsOf = (...providers: readonly string[]): unknown =>
    read(`providers: [${providers.join(', ')}]`).config.providers?.map(({ preset }) => preset);
  assert.deepEqual(presetsOf(openai, openai), ['openai', 'openai']);
  assert.deepEqual(presetsOf(openai, relay), ['custom', 'custom']);
});

test('a rate of 0 is kept, because it blocks, and no limit stays no limit', () => {
  const { config } = read(
    'master_keys:\n  - { name: a, key: k-1, rate_limit: { requests_per_second: 0, burst_size: 0 } }\n  - { name: b, key: k-2, enabled: false, allowed_models: ["gpt-*"] }',
  );
  assert.deepEqual(config.virtualKeys?.[0]?.limits, { requestsPerSecond: 0, burst: 0 });
  assert.deepEqual(config.virtualKeys?.[1], { id: 'b', name: 'b', secret: 'k-2', enabled: false, models: ['gpt-*'] });
});

test('a file without master keys opens nothing and says so', () => {
  const { config, warnings } = read('providers:\n  - { name: a, api_base: "http://x.test", api_key: k }');
  assert.equal(config.settings?.allowAnonymous, undefined);
  assert.match(warnings[0] ?? '', /401 unless ALLOW_ANONYMOUS=true/u);
});

test('its certificates, timeout and variables are understood', () => {
  const loaded = read(
    'verify_ssl: false\nrequest_timeout_secs: ${T:-30}\nserver: { port: "${P}" }\nproviders:\n  - { name: a, api_base: "http://x.test", api_key: "${K}" }',
    { K: 'k', P: '9000' },
  );
  assert.equal(loaded.config.providers?.[0]?.verifyTls, false);
  assert.equal(loaded.requestTimeoutMs, 30_000);
  assert.equal(loaded.server.port, 9000);
});

test('problems are told in the field names of that file', () => {
  assert.throws(
    () => read('providers:\n  - { name: a, api_bas: "http://x.test", api_key: k }'),
    /config\.yaml:2:16 providers\[0\]\.api_bas: unknown field "api_bas", did you mean "api_base"\?/u,
  );
  assert.throws(
    () => read('providers:\n  - { name: a, api_base: "ftp://x", api_key: k }'),
    /config\.yaml:2:26 providers\[0\]\.api_base: must be a URL/u,
  );
  assert.throws(
    () => read('master_keys:\n  - { name: a, key: same-key }\n  - { name: b, key: same-key }'),
    /config\.yaml:3:21 master_keys\[1\]\.key: repeats the secret/u,
  );
});
