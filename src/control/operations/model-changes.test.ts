import assert from 'node:assert/strict';
import { test } from 'node:test';

import { OperationError } from '../operation-error.ts';
import { addEntry, changeEntry, removeEntry } from './model-changes.ts';

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof OperationError) return error.code;
    throw error;
  }
  return 'taken';
}

test('a model of which nothing but its name is set is written as its name', () => {
  assert.deepEqual(addEntry(['*'], { name: 'a' }), ['*', 'a']);
  assert.deepEqual(addEntry([], { name: 'a', upstream: 'a' }), ['a']);
  assert.deepEqual(addEntry([], { name: 'a', upstream: 'b' }), [{ name: 'a', upstream: 'b' }]);
  assert.deepEqual(changeEntry(['x', { name: 'a', contextTokens: 5 }], 'a', { contextTokens: null }, 'p').models, ['x', 'a']);
});

test('a change keeps the place, and what it does not name', () => {
  const { models, name } = changeEntry(['a', { name: 'b', contextTokens: 5 }, 'c'], 'b', { upstream: 'x', name: 'd' }, 'p');
  assert.deepEqual([models, name], [['a', { name: 'd', contextTokens: 5, upstream: 'x' }, 'c'], 'd']);
});

test('what cannot be is refused', () => {
  assert.equal(
    codeOf(() => addEntry(['a'], { name: 'a' })),
    'already_exists',
  );
  assert.equal(
    codeOf(() => addEntry([], { name: '*' })),
    'invalid_field',
  );
  assert.equal(
    codeOf(() => changeEntry(['a', 'b'], 'a', { name: 'b' }, 'p')),
    'already_exists',
  );
  assert.equal(
    codeOf(() => changeEntry(['*'], '*', { upstream: 'b' }, 'p')),
    'not_found',
  );
  assert.equal(
    codeOf(() => removeEntry(['a'], 'b', 'p')),
    'not_found',
  );
  assert.equal(
    codeOf(() => removeEntry(['a'], 'a', 'p')),
    'conflict',
  );
});
