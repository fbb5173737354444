import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Feature } from '../../domain/canonical/feature.ts';
import { findLosses, forbiddenLosses, type Losses, type Wish } from './find-losses.ts';

function wish(features: readonly Feature[], more: Partial<Wish> = {}): Wish {
  return { features: new Set(features), names: {}, unmapped: [], ...more };
}

test('what the target carries is no loss', () => {
  assert.deepEqual(findLosses(wish(['seed', 'tools']), new Set<Feature>(['seed', 'tools', 'stop'])), { hints: [], substance: [], state: [] });
});

test('what it does not carry is told by weight and in the client’s own words, each once', () => {
  const asked = wish(['seed', 'images', 'image-urls', 'temperature'], { names: { images: 'image_url', 'image-urls': 'image_url', seed: 'seed' } });
  assert.deepEqual(findLosses(asked, new Set<Feature>(['temperature'])), { hints: ['seed'], substance: ['image_url'], state: [] });
});

test('a feature for which the client has no name keeps ours', () => {
  assert.deepEqual(findLosses(wish(['top-k']), new Set()).hints, ['top-k']);
});

test('fields that only the client’s protocol has are lost everywhere, by their own weight', () => {
  const unmapped = [
    { field: 'previous_response_id', weight: 'state' },
    { field: 'audio', weight: 'substance' },
    { field: 'truncation', weight: 'hint' },
  ] as const;
  assert.deepEqual(findLosses(wish([], { unmapped }), new Set()), { hints: ['truncation'], substance: ['audio'], state: ['previous_response_id'] });
});

test('a policy forbids what it says: strict anything, prefer-native substance, lossy only what one provider keeps', () => {
  const losses: Losses = { hints: ['seed'], substance: ['n'], state: ['conversation'] };
  assert.deepEqual(forbiddenLosses(losses, 'strict'), ['conversation', 'n', 'seed']);
  assert.deepEqual(forbiddenLosses(losses, 'prefer-native'), ['conversation', 'n']);
  assert.deepEqual(forbiddenLosses(losses, 'lossy'), ['conversation']);
  const none: Losses = { hints: [], substance: [], state: [] };
  for (const policy of ['strict', 'prefer-native', 'lossy'] as const) assert.deepEqual(forbiddenLosses(none, policy), []);
});
