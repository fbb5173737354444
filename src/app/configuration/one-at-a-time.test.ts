import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneAtATime } from './one-at-a-time.ts';

test('calls while the work is under way make it be done once more, and never twice at once', async () => {
  const ends: (() => void)[] = [];
  const call = oneAtATime(() => new Promise<void>((resolve) => ends.push(resolve)));
  const all = [call(), call(), call()];
  assert.equal(ends.length, 1);
  ends[0]?.();
  await new Promise(setImmediate);
  assert.equal(ends.length, 2, 'once more for the two that came meanwhile');
  ends[1]?.();
  await Promise.all(all);
  assert.equal(ends.length, 2);
  void call();
  assert.equal(ends.length, 3, 'a later call begins anew');
});
