import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from './nearest-name.ts';

test('finds what a misspelt name most likely meant', () => {
  const known = ['keys', 'models', 'protocols', 'baseUrl', 'weight'];
  assert.equal(nearestName('keyz', known), 'keys');
  assert.equal(nearestName('modles', known), 'models');
  assert.equal(nearestName('base_url', known), 'baseUrl');
  assert.equal(nearestName('wieght', known), 'weight');
  assert.equal(nearestName('KEYS', known), 'keys');
});

test('says nothing when nothing is near', () => {
  assert.equal(nearestName('budgets', ['keys', 'models']), undefined);
  assert.equal(nearestName('x', ['keys']), undefined);
});
