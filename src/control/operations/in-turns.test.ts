import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inTurns } from './in-turns.ts';

test('does so many at once and no more, and keeps the order of what came of them', async () => {
  const open: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const done = inTurns([1, 2, 3, 4, 5], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => open.push(resolve));
    running -= 1;
    return item * 10;
  });
  // The later of two ends first.
  for (let ended = 0; ended < 5; ended += 1) {
    await Promise.resolve();
    await new Promise(setImmediate);
    open.pop()?.();
  }
  assert.deepEqual(await done, [10, 20, 30, 40, 50]);
  assert.equal(most, 2);
});

test('nothing comes of nothing', async () => {
  assert.deepEqual(await inTurns([], 4, () => Promise.reject(new Error('nobody asks'))), []);
});
