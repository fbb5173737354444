import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identifierOfOldId, slugOfOldId } from './old-id.ts';

test('a slug stays itself, and anything else is the same slug every time, apart from what looks like it', () => {
  for (const id of ['openai', 'a', '0-x', 'x'.repeat(63)]) assert.equal(slugOfOldId(id), id);
  const odd = ['Open AI', 'open ai', 'open_ai', 'öpen-ai', '深度求索', '../x', 'x'.repeat(64), ' ', '-'];
  const slugs = odd.map(slugOfOldId);
  assert.deepEqual(odd.map(slugOfOldId), slugs);
  assert.equal(new Set(slugs).size, odd.length);
  for (const slug of slugs) {
    assert.match(slug, /^[a-z0-9][a-z0-9-]{0,62}$/);
    assert.equal(slugOfOldId(slug), slug);
  }
});

test('ids of virtual keys may have capitals, dots and underscores', () => {
  for (const id of ['Team_A.1', 'key-1', 'V1StGXR8_Z5jdHi6B-myT']) assert.equal(identifierOfOldId(id), id);
  assert.match(identifierOfOldId('with a space'), /^with-a-space-[0-9a-f]{8}$/);
});
