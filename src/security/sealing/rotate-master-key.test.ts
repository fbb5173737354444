import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDataKey, openDataKey } from './data-key.ts';
import { passesKeyCheck } from './key-check.ts';
import { generateMasterKey } from './master-key.ts';
import { rotateMasterKey } from './rotate-master-key.ts';

const [OLD, NEW] = [generateMasterKey(), generateMasterKey()];

test('data keys are the same under the new master key, and closed to the old one', () => {
  const before = [makeDataKey(OLD, 1), makeDataKey(OLD, 2)];
  const { keyCheck, dataKeys } = rotateMasterKey(OLD, NEW, before);
  assert.deepEqual(
    dataKeys.map(({ id, createdAtMs }) => [id, createdAtMs]),
    before.map(({ id, createdAtMs }) => [id, createdAtMs]),
  );
  for (const [index, dataKey] of dataKeys.entries()) {
    assert.deepEqual(openDataKey(NEW, dataKey).export(), openDataKey(OLD, before[index]!).export());
    assert.throws(() => openDataKey(OLD, dataKey), { code: 'wrong-master-key' });
  }
  assert.deepEqual([passesKeyCheck(NEW, keyCheck), passesKeyCheck(OLD, keyCheck)], [true, false]);
});

test('a rotation that was cut short is run again to its end', () => {
  const before = [makeDataKey(OLD, 1), makeDataKey(OLD, 2), makeDataKey(OLD, 3)];
  const half = [...rotateMasterKey(OLD, NEW, before.slice(0, 1)).dataKeys, ...before.slice(1)];
  const { dataKeys } = rotateMasterKey(OLD, NEW, half);
  assert.equal(dataKeys[0], half[0]);
  for (const [index, dataKey] of dataKeys.entries()) {
    assert.deepEqual(openDataKey(NEW, dataKey).export(), openDataKey(OLD, before[index]!).export());
  }
});

test('one data key that opens with neither ends the rotation before it begins', () => {
  const foreign = makeDataKey(generateMasterKey(), 3);
  assert.throws(() => rotateMasterKey(OLD, NEW, [makeDataKey(OLD, 1), foreign]), { code: 'wrong-master-key' });
  const [moved] = rotateMasterKey(OLD, NEW, [makeDataKey(OLD, 1)]).dataKeys;
  assert.throws(() => rotateMasterKey(OLD, NEW, [{ ...moved!, sealed: `${moved!.sealed.slice(0, -4)}AAAA` }]), { code: 'broken-seal' });
});

test('data keys do not open under the id of another', () => {
  const [one, two] = [makeDataKey(OLD, 1), makeDataKey(OLD, 2)];
  assert.throws(() => openDataKey(OLD, { ...one, sealed: two.sealed }), { code: 'broken-seal' });
});
