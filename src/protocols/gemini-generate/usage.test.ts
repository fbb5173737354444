import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_USAGE } from '../../domain/usage.ts';
import { readGenerateUsage, usageMetadataOf } from './usage.ts';

test('what is written is read back: prompt with cache, candidates without thoughts', () => {
  const usage = { ...NO_USAGE, input: 40, cacheRead: 60, output: 30, reasoning: 12, provenance: 'measured' as const };
  assert.deepEqual(usageMetadataOf(usage), {
    promptTokenCount: 100,
    candidatesTokenCount: 18,
    totalTokenCount: 130,
    cachedContentTokenCount: 60,
    thoughtsTokenCount: 12,
  });
  assert.deepEqual(readGenerateUsage({ usageMetadata: usageMetadataOf(usage) }), usage);
});

test('cache writes are part of the prompt, and more thoughts than output are no negative count', () => {
  const found = usageMetadataOf({ ...NO_USAGE, input: 1, cacheWrite: 9, output: 3, reasoning: 5 });
  assert.deepEqual([found.promptTokenCount, found.candidatesTokenCount], [10, 0]);
});
