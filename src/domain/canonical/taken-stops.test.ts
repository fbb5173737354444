import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Drops } from './drops.ts';
import { takenStops } from './taken-stops.ts';

function taken(stop: readonly string[], most: number): unknown[] {
  const drops = new Drops();
  return [takenStops(stop, most, drops), [...drops.features]];
}

test('the first stop strings are taken, and what is cut is told as far as it could be foretold', () => {
  assert.deepEqual(taken(['a', 'b'], 4), [['a', 'b'], []]);
  assert.deepEqual(taken(['a', 'b', 'c', 'd', 'e'], 4), [['a', 'b', 'c', 'd'], ['many-stops']]);
  assert.deepEqual(taken(['a', 'b'], 1), [['a'], ['stop']]);
  assert.deepEqual(taken(['a'], 0), [[], ['stop']]);
});
