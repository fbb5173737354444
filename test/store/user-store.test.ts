import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { UserRecord } from '../../src/security/accounts/user-record.ts';
import { SqlUserStore } from '../../src/store/accounts/sql-user-store.ts';
import { closeBoth, openTwice, type DatabaseTwice } from '../support/control-databases.ts';
import { DATABASE_KINDS, startTestDatabases, type DatabaseKind } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const FACTOR = {
  sealedSecret: 'sealed:v1:0011223344556677:c2VjcmV0',
  isConfirmed: true,
  lastStep: null,
  recoveryHashes: ['aa', 'bb', 'cc'],
} as const;

function userRecord(name: string, changes: Partial<UserRecord> = {}): UserRecord {
  return {
    id: `id-of-${name}`,
    name,
    role: 'viewer',
    isEnabled: true,
    version: 1,
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    identity: null,
    secondFactor: null,
    createdAtMs: Date.UTC(2026, 10, 20),
    lastLoginAtMs: null,
    ...changes,
  };
}

const countTrue = (answers: readonly boolean[]): number => answers.filter(Boolean).length;

describe('users', { concurrency: DATABASE_KINDS.length }, () => {
  for (const kind of DATABASE_KINDS) describe(kind, { concurrency: 1 }, () => describeUsers(kind));
});

function describeUsers(kind: DatabaseKind): void {
  let opened: DatabaseTwice;
  /** One store in each of two processes. */
  let stores: readonly [SqlUserStore, SqlUserStore];
  let users: SqlUserStore;
  const eitherStore = (index: number): SqlUserStore => stores[index % 2 === 0 ? 0 : 1];

  before(async () => {
    opened = await openTwice(databases, kind);
    const [first, second] = opened;
    stores = [new SqlUserStore(first.db), new SqlUserStore(second.db)];
    users = stores[0];
  });
  after(() => closeBoth(opened));

  test('of 20 first users that come at once, exactly one is made', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, index) => eitherStore(index).insertFirst(userRecord(`first-${index}`, { role: 'admin' }))),
    );
    const winners = made.filter((user) => user !== null);
    assert.equal(winners.length, 1);
    assert.deepEqual(await users.list(100, null, null), winners);
    assert.equal(await users.insertFirst(userRecord('late', { role: 'admin' })), null);
    assert.equal(await users.count(), 1);
  });

  test('a user is found as it was written, by id, by name in any case, and by identity', async () => {
    const anna = userRecord('Anna.B-c_1', {
      identity: `https://login.example/${'long/'.repeat(60)} Subject`,
      secondFactor: FACTOR,
      lastLoginAtMs: 5,
    });
    assert.deepEqual(await users.insert(anna), { ok: true, user: anna });
    assert.deepEqual(await users.find(anna.id), anna);
    assert.deepEqual(await users.findByName('aNNA.b-C_1'), anna);
    assert.deepEqual(await users.findByIdentity(anna.identity ?? ''), anna);
    for (const name of ['anna', 'anna.b-c_1 ', 'anna.b-c_1\0', '', 'ä'.repeat(500)])
      assert.equal(await users.findByName(name), null, JSON.stringify(name));
    assert.equal(await users.findByIdentity(`${anna.identity ?? ''} `), null);
    assert.equal(await users.find('nobody'), null);
  });

  test('a name or an identity that somebody has is taken, also by a change', async () => {
    const taken = { ok: false, reason: 'taken' };
    await users.insert(userRecord('Bert', { identity: 'issuer bert' }));
    await users.insert(userRecord('carl'));
    assert.deepEqual(await users.insert(userRecord('bERT', { id: 'another' })), taken);
    assert.deepEqual(await users.insert(userRecord('dora', { identity: 'issuer bert' })), taken);
    assert.deepEqual(await users.update('id-of-carl', { name: 'BERT', role: 'admin' }), taken);
    assert.deepEqual(await users.update('id-of-carl', { identity: 'issuer bert' }), taken);
    assert.deepEqual(await users.find('id-of-carl'), userRecord('carl'), 'nothing of a refused change is kept');
    assert.deepEqual(await users.update('nobody', { name: 'eve' }), { ok: false, reason: 'missing' });
    assert.deepEqual(await users.delete('nobody'), { ok: false, reason: 'missing' });
  });

  test('of 10 users who want one name at once, one gets it', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) => eitherStore(index).insert(userRecord('wanted', { id: `wants-${index}` }))),
    );
    assert.equal(countTrue(outcomes.map(({ ok }) => ok)), 1);
  });

  test('users are listed in the order of their names, page by page, and searched for by a part of the name', async () => {
    for (const name of ['list_b', 'List-A', 'list.C', 'LISTxD']) await users.insert(userRecord(name));
    const namesOf = async (limit: number, after: string | null, search: string | null): Promise<string[]> =>
      (await users.list(limit, after, search)).map(({ name }) => name);
    assert.deepEqual(await namesOf(10, null, 'LIST'), ['List-A', 'list.C', 'list_b', 'LISTxD']);
    assert.deepEqual(await namesOf(2, null, 'list'), ['List-A', 'list.C']);
    assert.deepEqual(await namesOf(2, 'LIST.c', 'list'), ['list_b', 'LISTxD']);
    assert.deepEqual(await namesOf(10, null, 'list_'), ['list_b'], 'an underscore is an underscore');
    for (const nothing of ['%', '!', '\\', "'", '\0', '_%_']) assert.deepEqual(await namesOf(10, null, nothing === '_%_' ? 'l%t' : nothing), []);
  });

  test('the version goes up by one with password, role, state and a confirmed second factor, and with nothing else', async () => {
    const { id } = userRecord('versions');
    await users.insert(userRecord('versions'));
    const versionBehind = async (change: Parameters<SqlUserStore['update']>[1]): Promise<number> => {
      const outcome = await users.update(id, change);
      assert.ok(outcome.ok);
      assert.deepEqual(outcome.user, await users.find(id));
      return outcome.user.version;
    };
    assert.equal(await versionBehind({ name: 'Versions', lastLoginAtMs: 7, identity: 'issuer versions' }), 1);
    assert.equal(await versionBehind({}), 1);
    assert.equal(await versionBehind({ role: 'viewer', isEnabled: true }), 1, 'what stays the same changes nothing');
    assert.equal(await versionBehind({ passwordHash: '$argon2id$another' }), 2);
    assert.equal(await versionBehind({ role: 'operator', isEnabled: false }), 3);
    assert.equal(await versionBehind({ isEnabled: true }), 4);
    assert.equal(await versionBehind({ secondFactor: { ...FACTOR, isConfirmed: false } }), 4, 'a factor that was never tried');
    assert.equal(await versionBehind({ secondFactor: FACTOR }), 5);
    assert.equal(await versionBehind({ secondFactor: { ...FACTOR, recoveryHashes: [] } }), 5);
    assert.equal(await versionBehind({ secondFactor: null }), 6);
  });

  test('20 changes at once raise the version 20 times', async () => {
    await users.insert(userRecord('busy'));
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => eitherStore(index).update('id-of-busy', { passwordHash: `hash ${index}` })),
    );
    assert.equal(countTrue(outcomes.map(({ ok }) => ok)), 20);
    assert.equal((await users.find('id-of-busy'))?.version, 21);
  });

  test('the last enabled admin is neither demoted, disabled nor deleted, also when all are at once', async () => {
    for (const { id, role } of await users.list(1000, null, null))
      if (role === 'admin') await users.insert(userRecord('spare', { role: 'admin' })).then(() => users.delete(id));
    await users.insert(userRecord('disabled-admin', { role: 'admin', isEnabled: false }));
    await users.update('id-of-spare', { name: 'admin-0' });
    for (let index = 1; index < 9; index += 1) await users.insert(userRecord(`admin-${index}`, { role: 'admin' }));
    const admins = (await users.list(100, null, 'admin-')).filter(({ isEnabled }) => isEnabled);
    assert.equal(admins.length, 9);
    const outcomes = await Promise.all(
      admins.map(({ id }, index) => {
        const store = eitherStore(index);
        return index % 3 === 0 ? store.delete(id) : store.update(id, index % 3 === 1 ? { role: 'operator' } : { isEnabled: false });
      }),
    );
    assert.deepEqual(
      outcomes.filter(({ ok }) => !ok),
      [{ ok: false, reason: 'last-admin' }],
    );
    const [last, ...more] = (await users.list(1000, null, null)).filter(({ role, isEnabled }) => role === 'admin' && isEnabled);
    assert.ok(last !== undefined && more.length === 0);
    for (const change of [{ role: 'viewer' }, { isEnabled: false }] as const) {
      assert.deepEqual(await users.update(last.id, change), { ok: false, reason: 'last-admin' });
    }
    assert.deepEqual(await users.delete(last.id), { ok: false, reason: 'last-admin' });
    assert.equal((await users.update(last.id, { passwordHash: 'new' })).ok, true);
  });

  test('a step of the second factor is taken once, and none that is older', async () => {
    await users.insert(userRecord('steps', { secondFactor: FACTOR }));
    assert.equal(countTrue(await Promise.all(Array.from({ length: 10 }, (_, index) => eitherStore(index).takeTotpStep('id-of-steps', 100)))), 1);
    assert.equal(await users.takeTotpStep('id-of-steps', 99), false);
    assert.equal(await users.takeTotpStep('id-of-steps', 101), true);
    await users.update('id-of-steps', { lastLoginAtMs: 1, role: 'operator' });
    assert.equal((await users.find('id-of-steps'))?.secondFactor?.lastStep, 101);
    await users.insert(userRecord('no-steps'));
    assert.equal(await users.takeTotpStep('id-of-no-steps', 1), false);
    assert.equal(await users.takeTotpStep('nobody', 1), false);
  });

  test('a recovery code is spent once', async () => {
    await users.insert(userRecord('codes', { secondFactor: FACTOR }));
    const known = FACTOR.recoveryHashes;
    const spent = await Promise.all(
      Array.from({ length: 10 }, (_, index) => eitherStore(index).spendRecoveryCode('id-of-codes', known, ['aa', 'cc'])),
    );
    assert.equal(countTrue(spent), 1);
    assert.deepEqual((await users.find('id-of-codes'))?.secondFactor, { ...FACTOR, recoveryHashes: ['aa', 'cc'] });
    assert.equal(await users.spendRecoveryCode('id-of-codes', ['cc', 'aa'], []), false);
    assert.equal(await users.spendRecoveryCode('nobody', known, []), false);
    assert.equal((await users.find('id-of-codes'))?.version, 1);
  });

  test('a user who is deleted is gone, and its name is free', async () => {
    await users.insert(userRecord('gone', { identity: 'issuer gone' }));
    assert.deepEqual(await users.delete('id-of-gone'), { ok: true, user: userRecord('gone', { identity: 'issuer gone' }) });
    assert.equal(await users.findByName('gone'), null);
    assert.equal((await users.insert(userRecord('gone', { identity: 'issuer gone' }))).ok, true);
  });
}
