import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Preset, PresetCatalogue } from '../domain/preset.ts';
import { ConfigError } from './config-error.ts';
import { readEnvironmentConfig } from './environment-source.ts';

const BEARER = { in: 'header', name: 'authorization', scheme: 'Bearer' } as const;
const SOURCES: readonly Preset[] = [
  {
    id: 'openai',
    label: 'OpenAI',
    protocols: { 'openai-chat': 'https://api.openai.com/v1', 'openai-responses': 'https://api.openai.com/v1' },
    auth: BEARER,
    env: ['OPENAI_API_KEY'],
  },
  {
    id: 'gemini',
    label: 'Gemini',
    protocols: { 'gemini-generate': 'https://g.test/v1beta', 'openai-chat': 'https://g.test/v1beta/openai' },
    auth: BEARER,
    env: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  },
  {
    id: 'deepseek',
    label: 'DeepSeek',
    protocols: { 'openai-chat': 'https://d.test/v1', 'anthropic-messages': 'https://d.test/anthropic/v1' },
    auth: BEARER,
    env: ['DEEPSEEK_API_KEY'],
  },
  { id: 'azure-openai', label: 'Azure', protocols: {}, usualPath: '/openai/v1', auth: BEARER, env: ['AZURE_OPENAI_API_KEY'] },
  { id: 'ollama', label: 'Ollama', protocols: { 'openai-chat': 'http://127.0.0.1:11434/v1' }, auth: BEARER, local: true },
];
const PRESETS: PresetCatalogue = new Map(SOURCES.map((preset) => [preset.id, preset]));

function providersOf(environment: Record<string, string>): unknown {
  return readEnvironmentConfig(environment, PRESETS).config.providers?.map(({ id, keys, protocols }) => ({
    id,
    keys,
    ...(protocols === undefined ? {} : { protocols }),
  }));
}

test('a comma list is a key pool, trimmed, without empty and repeated entries', () => {
  assert.deepEqual(providersOf({ OPENAI_API_KEY: ' sk-1, "sk-2" ,,sk-1,Bearer sk-3, ' }), [{ id: 'openai', keys: ['sk-1', 'sk-2', 'sk-3'] }]);
});

test('all variables of a vendor fill one pool', () => {
  assert.deepEqual(providersOf({ GOOGLE_API_KEY: 'b', GEMINI_API_KEY: 'a' }), [{ id: 'gemini', keys: ['a', 'b'] }]);
});

test('nothing configured is an empty configuration that says so', () => {
  const loaded = readEnvironmentConfig({ OPENAI_API_KEY: '', PATH: '/bin' }, PRESETS);
  assert.equal(loaded.source, 'nothing');
  assert.deepEqual(loaded.config.providers, []);
  assert.equal(readEnvironmentConfig({ OPENAI_API_KEY: 'sk-1' }, PRESETS).source, 'environment');
});

test('an address replaces the vendor’s for all its protocols', () => {
  const base = 'http://127.0.0.1:9/v1';
  assert.deepEqual(providersOf({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: base }), [
    { id: 'openai', keys: ['k'], protocols: { 'openai-chat': base, 'openai-responses': base } },
  ]);
  assert.deepEqual(providersOf({ OPENAI_API_KEY: 'k', OPENAI_API_BASE: `${base}/` }), [
    { id: 'openai', keys: ['k'], protocols: { 'openai-chat': base, 'openai-responses': base } },
  ]);
});

test('a bare origin, or one that ends in a path of the vendor, keeps the vendor’s paths', () => {
  const expected = [
    { id: 'gemini', keys: ['k'], protocols: { 'gemini-generate': 'http://m.test/v1beta', 'openai-chat': 'http://m.test/v1beta/openai' } },
  ];
  for (const base of ['http://m.test', 'http://m.test/', 'http://m.test/v1beta', 'http://m.test/v1beta/openai/'])
    assert.deepEqual(providersOf({ GEMINI_API_KEY: 'k', GEMINI_BASE_URL: base }), expected, base);
});

test('another path is taken as written, and nothing is sent to the vendor’s own address any more', () => {
  assert.deepEqual(providersOf({ DEEPSEEK_API_KEY: 'k', DEEPSEEK_BASE_URL: 'https://relay.test/deep' }), [
    { id: 'deepseek', keys: ['k'], protocols: { 'openai-chat': 'https://relay.test/deep' } },
  ]);
});

test('a vendor without an address of its own needs one, and says which variable', () => {
  const loaded = readEnvironmentConfig({ AZURE_OPENAI_API_KEY: 'k' }, PRESETS);
  assert.deepEqual(loaded.config.providers, []);
  assert.match(loaded.warnings[0] ?? '', /AZURE_OPENAI_BASE_URL/u);
  const [azure] =
    readEnvironmentConfig({ AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: 'https://r.azure.test/' }, PRESETS).config.providers ?? [];
  assert.equal(azure?.protocols?.['openai-chat'], 'https://r.azure.test/openai/v1');
});

test('a model server of one’s own needs an address and no key', () => {
  assert.deepEqual(providersOf({ OLLAMA_BASE_URL: 'http://10.0.0.5:11434' }), [
    { id: 'ollama', keys: [], protocols: { 'openai-chat': 'http://10.0.0.5:11434/v1' } },
  ]);
});

test('a bad variable is told by its name and without its value', () => {
  assert.throws(
    () => readEnvironmentConfig({ OPENAI_API_KEY: 'sk-1 sk-secret', DEEPSEEK_API_KEY: 'k', DEEPSEEK_BASE_URL: 'ftp://x' }, PRESETS),
    (error) =>
      error instanceof ConfigError &&
      error.message ===
        'environment OPENAI_API_KEY: each key must be one word of visible ASCII characters.\nenvironment DEEPSEEK_BASE_URL: must be a URL that begins with http:// or https://.',
  );
});
