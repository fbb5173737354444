import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';

import { makeDataKey, type SealedDataKey } from '../../src/security/sealing/data-key.ts';
import { makeKeyCheck, passesKeyCheck } from '../../src/security/sealing/key-check.ts';
import { generateMasterKey, type MasterKey } from '../../src/security/sealing/master-key.ts';
import { rotateMasterKey } from '../../src/security/sealing/rotate-master-key.ts';
import { SealError } from '../../src/security/sealing/seal-error.ts';
import { SecretSealer } from '../../src/security/sealing/secret-sealer.ts';
import { KEY_CHECK, SqlDataKeyStore } from '../../src/store/sealing/sql-data-key-store.ts';
import { StoreValues } from '../../src/store/store-values.ts';
import { closeBoth, openTwice, type DatabaseTwice } from '../support/control-databases.ts';
import { DATABASE_KINDS, startTestDatabases, type DatabaseKind } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const PURPOSE = { table: 'config_entities', row: 'provider/openai', column: 'keys' };
const nowMs = (): number => 1_795_176_000_000;
const isWrongKey = (error: unknown): boolean => error instanceof SealError && error.code === 'wrong-master-key';
const byId = (keys: readonly SealedDataKey[]): SealedDataKey[] => keys.toSorted((a, b) => (a.id < b.id ? -1 : 1));

describe('sealing', { concurrency: DATABASE_KINDS.length }, () => {
  for (const kind of DATABASE_KINDS) describe(kind, { concurrency: 1 }, () => describeSealing(kind));
});

function describeSealing(kind: DatabaseKind): void {
  let opened: DatabaseTwice;
  let values: readonly [StoreValues, StoreValues];
  const masterKey = generateMasterKey();
  const storeOf = (index: number, key: MasterKey = masterKey): SqlDataKeyStore =>
    new SqlDataKeyStore({ db: opened[index % 2 === 0 ? 0 : 1].db, masterKey: key, nowMs });

  beforeEach(async () => {
    opened = await openTwice(databases, kind);
    values = [new StoreValues(opened[0].db, nowMs), new StoreValues(opened[1].db, nowMs)];
  });
  afterEach(() => closeBoth(opened));

  test('the first data key brings the key check along, also when ten come at once', async () => {
    const keys = Array.from({ length: 10 }, (_, index) => makeDataKey(masterKey, index));
    await Promise.all(keys.map((key, index) => storeOf(index).insert(key)));
    assert.deepEqual(await storeOf(0).list(), keys, 'oldest first');
    assert.ok(passesKeyCheck(masterKey, (await values[0].get(KEY_CHECK)) ?? ''));
  });

  test('of two first starts with a master key each, one is refused and leaves nothing', async () => {
    const other = generateMasterKey();
    const outcomes = await Promise.allSettled([storeOf(0).insert(makeDataKey(masterKey, 1)), storeOf(1, other).insert(makeDataKey(other, 1))]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(refused.length, 1);
    assert.ok(isWrongKey(refused[0]?.reason));
    const winner = outcomes[0].status === 'fulfilled' ? masterKey : other;
    assert.ok(passesKeyCheck(winner, (await values[0].get(KEY_CHECK)) ?? ''));
    assert.equal((await storeOf(0).list()).length, 1);
  });

  test('a data key under another master key than the one it is stored with is refused', async () => {
    await assert.rejects(storeOf(0).insert(makeDataKey(generateMasterKey(), 1)), isWrongKey);
    assert.equal(await values[0].get(KEY_CHECK), null);
    assert.deepEqual(await storeOf(0).list(), []);
  });

  test('seals are booked without losing any, by two processes at once', async () => {
    const key = makeDataKey(masterKey, 1);
    await storeOf(0).insert(key);
    const numbers = await Promise.all(Array.from({ length: 20 }, (_, index) => storeOf(index).reserveSeals(key.id, 1000)));
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      Array.from({ length: 20 }, (_, index) => (index + 1) * 1000),
    );
    await assert.rejects(storeOf(0).reserveSeals('0123456789abcdef', 1), (error) => error instanceof SealError && error.code === 'unknown-data-key');
  });

  test('what one process seals another opens, before and after a rotation of the master key', async () => {
    const first = await SecretSealer.load({ masterKey, store: storeOf(0), nowMs });
    const sealed = await first.seal('sk-secret', PURPOSE);
    const second = await SecretSealer.load({ masterKey, store: storeOf(1), nowMs });
    assert.equal(second.open(sealed, PURPOSE), 'sk-secret');
    const next = generateMasterKey();
    const check = await values[0].get(KEY_CHECK);
    assert.equal(await storeOf(0).replaceAll(rotateMasterKey(masterKey, next, await storeOf(0).list()), check), true);
    const third = await SecretSealer.load({ masterKey: next, store: storeOf(1, next), nowMs });
    assert.equal(third.open(sealed, PURPOSE), 'sk-secret');
    await assert.rejects(SecretSealer.load({ masterKey, store: storeOf(1), nowMs }), isWrongKey);
    await assert.rejects(second.startDataKey(), isWrongKey);
    assert.equal((await storeOf(0).list()).length, 1, 'a data key that nobody could open later is not kept');
  });

  test('a rotation is refused when the key check or the data keys are not those that it was made from', async () => {
    const next = generateMasterKey();
    await storeOf(0).insert(makeDataKey(masterKey, 1));
    const rotated = rotateMasterKey(masterKey, next, await storeOf(0).list());
    const check = await values[0].get(KEY_CHECK);
    assert.equal(await storeOf(0).replaceAll(rotated, makeKeyCheck(masterKey)), false, 'another check of the same key');
    assert.equal(await storeOf(0).replaceAll(rotated, null), false);
    await storeOf(1).insert(makeDataKey(masterKey, 2));
    const before = await storeOf(0).list();
    assert.equal(await storeOf(0).replaceAll(rotated, check), false, 'a data key came in between');
    assert.deepEqual(await storeOf(0).list(), before);
    assert.equal(await values[0].get(KEY_CHECK), check);
  });

  test('of five rotations at once one is stored whole, while data keys come in', async () => {
    await storeOf(0).insert(makeDataKey(masterKey, 1));
    const before = await storeOf(0).list();
    const check = await values[0].get(KEY_CHECK);
    const rotations = Array.from({ length: 5 }, () => generateMasterKey()).map((next) => ({ next, keys: rotateMasterKey(masterKey, next, before) }));
    const [stored, ...inserted] = await Promise.all([
      Promise.all(rotations.map(({ keys }, index) => storeOf(index).replaceAll(keys, check))),
      ...[2, 3].map((at) =>
        storeOf(at)
          .insert(makeDataKey(masterKey, at))
          .then(() => true, isWrongKey),
      ),
    ]);
    assert.deepEqual(inserted, [true, true], 'stored before, or refused with its reason');
    const after = await storeOf(0).list();
    const winner = rotations[stored.indexOf(true)];
    assert.equal(stored.filter(Boolean).length, winner === undefined ? 0 : 1);
    if (winner === undefined) return assert.equal(await values[0].get(KEY_CHECK), check);
    assert.ok(passesKeyCheck(winner.next, (await values[0].get(KEY_CHECK)) ?? ''));
    assert.deepEqual(byId(after), byId(winner.keys.dataKeys));
  });

  test('a value is kept, replaced, and taken once', async () => {
    const [here, there] = values;
    assert.equal(await here.get('setup_token'), null);
    await here.put('setup_token', 'ä🙂'.repeat(40_000));
    await there.put('setup_token', 'second');
    assert.equal(await here.get('setup_token'), 'second');
    assert.equal(await here.take('setup_token', 'first'), false);
    const taken = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? here : there).take('setup_token', 'second')));
    assert.equal(taken.filter(Boolean).length, 1);
    assert.equal(await here.get('setup_token'), null);
  });

  test('of 20 who put a value where none is, one does, and 20 who put one anyway all succeed', async () => {
    const either = (index: number): StoreValues => values[index % 2 === 0 ? 0 : 1];
    const put = await Promise.all(Array.from({ length: 20 }, (_, index) => either(index).putIfAbsent('once', `value ${index}`)));
    assert.equal(put.filter(Boolean).length, 1);
    assert.equal(await values[1].get('once'), `value ${put.indexOf(true)}`);
    await Promise.all(Array.from({ length: 20 }, (_, index) => either(index).put('often', `value ${index}`)));
    assert.match((await values[0].get('often')) ?? '', /^value \d+$/);
  });
}
