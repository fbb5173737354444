import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UuidV7Source } from './uuid-v7.ts';

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('makes UUIDs of version 7 and variant 10, never twice the same', () => {
  const source = new UuidV7Source();
  const ids = Array.from({ length: 5000 }, () => source.next(1_781_092_800_000));
  for (const id of ids) assert.match(id, FORM);
  assert.equal(new Set(ids).size, ids.length);
});

test('begins with the time, so that ids sort by it', () => {
  const source = new UuidV7Source();
  const times = [0, 1, 255, 1_781_092_800_000, 1_781_092_800_001, 2 ** 48 - 1];
  const ids = times.map((time) => source.next(time));
  assert.deepEqual(ids, ids.toSorted());
  for (const [index, id] of ids.entries()) assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), times[index]);
});
