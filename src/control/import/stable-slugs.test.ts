import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stableSlugs } from './stable-slugs.ts';

test('names become slugs, and only those that would share one get digits of the hash of their old id', () => {
  const things = ['Team A', 'team-a', 'TEAM_A', 'b.c', '🎉', ''].map((name, index) => ({ id: `old-${index}`, name }));
  const slugs = stableSlugs(things, 'key');
  assert.equal(slugs[1], 'team-a');
  assert.equal(slugs[3], 'b-c');
  for (const index of [0, 2]) assert.match(slugs[index] ?? '', /^team-a-[0-9a-f]{8}$/u);
  for (const index of [4, 5]) assert.match(slugs[index] ?? '', /^key-[0-9a-f]{8}$/u);
  assert.equal(new Set(slugs).size, things.length);
});

test('the order of the things does not change the slug of any', () => {
  const things = ['x', 'X', 'x ', 'y', 'Y!', 'x'.repeat(90), `${'long-'.repeat(14)}a`, `${'long-'.repeat(14)}b`].map((name, index) => ({
    id: `${index}`,
    name,
  }));
  const byId = (list: typeof things): unknown => Object.fromEntries(stableSlugs(list, 'f').map((slug, index) => [list[index]?.id ?? '', slug]));
  assert.deepEqual(byId(things), byId(things.toReversed()));
  for (const slug of stableSlugs(things, 'f')) assert.match(slug, /^[a-z0-9][a-z0-9-]{0,62}$/u);
});

test('a name that looks like a secret is in no slug', () => {
  const names = [
    'sk-proj-abcdefghij0123456789',
    'AIzaSyA-abcdefghijklmnop',
    'Bearer abc',
    'ghp_0123456789abcdefABCD',
    'abcdefghijklmnopqrstuvwxyz0123456789',
  ];
  for (const slug of stableSlugs(
    names.map((name) => ({ id: name, name })),
    'key',
  ))
    assert.match(slug, /^key-[0-9a-f]{8}$/u);
  assert.deepEqual(stableSlugs([{ id: '1', name: 'key-production-europe-west' }], 'key'), ['key-production-europe-west']);
});
