import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PRESETS } from '../../presets/presets.ts';
import { isOlderProvider, readOlderProvider } from './older-provider.ts';

test('knows the older form by its fields', () => {
  assert.equal(isOlderProvider({ id: 'a', baseUrl: 'https://example.com/v1' }), true);
  assert.equal(isOlderProvider({ id: 'a', protocolMappings: null }), true);
  assert.equal(isOlderProvider({ id: 'a', preset: 'openai', keys: [] }), false);
});

test('reads one address and one key', () => {
  assert.deepEqual(readOlderProvider({ id: 'a', name: 'A', baseUrl: 'https://example.com/v1', apiKey: 'sk-1', enabled: false }, PRESETS), {
    id: 'a',
    name: 'A',
    preset: 'custom',
    enabled: false,
    protocols: {
      'openai-chat': 'https://example.com/v1',
      'openai-completions': 'https://example.com/v1',
      'openai-embeddings': 'https://example.com/v1',
    },
    keys: [{ secret: 'sk-1' }],
  });
});

test('an address for each protocol goes before the one address, and a vendor’s own gets its preset', () => {
  const mapped = readOlderProvider(
    { id: 'a', baseUrl: 'https://ignored.example', protocolMappings: { anthropic: 'https://api.anthropic.com' }, apiKey: '  ' },
    PRESETS,
  );
  assert.deepEqual(mapped, { id: 'a', preset: 'anthropic', protocols: { 'anthropic-messages': 'https://api.anthropic.com' } });
});

test('mapped names stand beside any other name, as they did', () => {
  const read = readOlderProvider({ id: 'a', baseUrl: 'https://example.com/v1', modelMapping: { fast: 'vendor-fast' } }, PRESETS);
  assert.deepEqual('models' in read ? read.models : null, [{ name: 'fast', upstream: 'vendor-fast' }, '*']);
});

test('tells the field that cannot be used', () => {
  const cases: readonly (readonly [item: Record<string, unknown>, path: string])[] = [
    [{ apiKey: 'sk-1' }, 'baseUrl'],
    [{ baseUrl: 7 }, 'baseUrl'],
    [{ baseUrl: 'http://169.254.169.254/' }, 'baseUrl'],
    [{ baseUrl: 'https://example.com', apiKey: 7 }, 'apiKey'],
    [{ baseUrl: 'https://example.com', modelMapping: ['a'] }, 'modelMapping'],
    [{ baseUrl: 'https://example.com', modelMapping: { a: 1 } }, 'modelMapping'],
    [{ baseUrl: 'https://example.com', apikey: 'sk-1' }, 'apikey'],
  ];
  for (const [item, path] of cases) {
    const read = readOlderProvider({ id: 'a', ...item }, PRESETS);
    assert.equal(Array.isArray(read) ? (read as { path: string }[])[0]?.path : null, path, JSON.stringify(item));
  }
});
