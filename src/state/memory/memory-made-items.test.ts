import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VirtualKeyId } from '../../domain/ids.ts';
import { MemoryMadeItems } from './memory-made-items.ts';

const team = 'team' as VirtualKeyId;

test('an item is found by whom it was made for, and by nobody else', () => {
  const items = new MemoryMadeItems();
  items.remember(team, 'msg_1', '{"a":1}');
  assert.equal(items.find(team, 'msg_1'), '{"a":1}');
  assert.equal(items.find(null, 'msg_1'), null);
  assert.equal(items.find('other' as VirtualKeyId, 'msg_1'), null);
});

test('the oldest items are forgotten when all together are too long, and one that is too long by itself is not taken', () => {
  const items = new MemoryMadeItems(10);
  items.remember(team, 'a', '12345');
  items.remember(team, 'b', '12345');
  items.remember(team, 'c', '1');
  items.remember(team, 'd', '12345678901');
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((id) => items.find(team, id) !== null),
    [false, true, true, false],
  );
});
