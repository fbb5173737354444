import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PresetCatalogue } from '../domain/preset.ts';
import { readBootstrap } from './bootstrap.ts';
import { loadConfig } from './load-config.ts';
import type { LoadedConfig } from './loaded-config.ts';

const PRESETS: PresetCatalogue = new Map([
  [
    'openai',
    {
      id: 'openai',
      label: 'OpenAI',
      protocols: { 'openai-chat': 'https://api.openai.com/v1' },
      auth: { in: 'header', name: 'authorization', scheme: 'Bearer' },
      env: ['OPENAI_API_KEY'],
    },
  ],
]);

const directory = mkdtempSync(join(tmpdir(), 'headgate-load-'));
after(() => rmSync(directory, { recursive: true }));

function load(text: string | null, environment: Record<string, string> = {}): LoadedConfig {
  rmSync(join(directory, 'headgate.yaml'), { force: true });
  if (text !== null) writeFileSync(join(directory, 'headgate.yaml'), text);
  return loadConfig(readBootstrap(environment, { workingDirectory: directory }), environment, PRESETS);
}

test('a file is the whole truth about providers: key variables add none to it', () => {
  const { config, source } = load('providers:\n  - { id: a, preset: openai, keys: [sk-1] }', { OPENAI_API_KEY: 'sk-2' });
  assert.deepEqual(
    config.providers?.map(({ id }) => id),
    ['a'],
  );
  assert.equal(source, join(directory, 'headgate.yaml'));
});

test('global keys and the anonymous switch hold in both modes', () => {
  const environment = { GLOBAL_PROXY_KEYS: 'pk-one,pk-two', ALLOW_ANONYMOUS: 'true' };
  for (const text of [null, 'virtualKeys:\n  - { id: own, secret: hg-1 }']) {
    const { config } = load(text, environment);
    assert.deepEqual(config.virtualKeys?.slice(-2), [
      { id: 'global-1', name: 'Global key 1', secret: 'pk-one' },
      { id: 'global-2', name: 'Global key 2', secret: 'pk-two' },
    ]);
    assert.equal(config.settings?.allowAnonymous, true);
  }
});

test('ALLOW_ANONYMOUS=false closes what the file opens, and a silent environment leaves it', () => {
  const text = 'settings: { allowAnonymous: true }';
  assert.equal(load(text, { ALLOW_ANONYMOUS: 'false' }).config.settings?.allowAnonymous, false);
  assert.equal(load(text).config.settings?.allowAnonymous, true);
});

test('a global key that the file has already is told without the key', () => {
  assert.throws(() => load('virtualKeys:\n  - { id: own, secret: pk-one }', { GLOBAL_PROXY_KEYS: 'pk-one' }), {
    message: 'environment GLOBAL_PROXY_KEYS: repeats the secret of a virtual key of the configuration (entry 1).',
  });
  assert.throws(() => load('virtualKeys:\n  - { id: global-1, secret: x }', { GLOBAL_PROXY_KEYS: 'pk-one' }), /makes a virtual key "global-1"/u);
});

test('a request timeout bounds each wait of providers without a time of their own', () => {
  const { config } = load('providers:\n  - { id: a, preset: openai }\n  - { id: b, preset: openai, timeouts: { firstByteMs: 7 } }', {
    PROXY_TIMEOUT: '30',
    REQUEST_TIMEOUT_SECS: '300',
  });
  assert.deepEqual(config.providers?.[0]?.timeouts, { firstByteMs: 30_000, idleMs: 30_000 });
  assert.deepEqual(config.providers?.[1]?.timeouts, { firstByteMs: 7, idleMs: 30_000 });
});

test('a file that CONFIG_FILE names must exist', () => {
  assert.throws(
    () => loadConfig(readBootstrap({ CONFIG_FILE: 'nope.yaml' }, { workingDirectory: directory }), {}, PRESETS),
    /nope\.yaml: the file does not exist/u,
  );
});
