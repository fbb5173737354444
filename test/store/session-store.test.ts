import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { SessionPlace } from '../../src/security/sessions/session-archive.ts';
import type { SessionRecord } from '../../src/security/sessions/session-record.ts';
import { SqlSessionStore } from '../../src/store/accounts/sql-session-store.ts';
import { closeBoth, openTwice, type DatabaseTwice } from '../support/control-databases.ts';
import { DATABASE_KINDS, startTestDatabases, type DatabaseKind } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const BEGIN = Date.UTC(2026, 10, 20);

function sessionRecord(id: string, changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id,
    kind: 'refresh',
    userId: 'anna',
    accountVersion: 3,
    startedAtMs: BEGIN,
    lastSeenAtMs: BEGIN,
    endedAtMs: null,
    end: null,
    address: '2001:db8::1',
    userAgent: 'Prüfer/1.0 🙂',
    ...changes,
  };
}

describe('sessions', { concurrency: DATABASE_KINDS.length }, () => {
  for (const kind of DATABASE_KINDS) describe(kind, { concurrency: 1 }, () => describeSessions(kind));
});

function describeSessions(kind: DatabaseKind): void {
  let opened: DatabaseTwice;
  let stores: readonly [SqlSessionStore, SqlSessionStore];
  let sessions: SqlSessionStore;
  const eitherStore = (index: number): SqlSessionStore => stores[index % 2 === 0 ? 0 : 1];

  before(async () => {
    opened = await openTwice(databases, kind);
    const [first, second] = opened;
    stores = [new SqlSessionStore(first.db), new SqlSessionStore(second.db)];
    sessions = stores[0];
  });
  after(() => closeBoth(opened));

  test('a session is found as it was written, by its id and by its token', async () => {
    const session = sessionRecord('s1', { kind: 'cookie' });
    await sessions.insert(session, 'hash-1');
    assert.deepEqual(await sessions.find('s1'), session);
    assert.deepEqual(await stores[1].findByToken('hash-1'), session);
    assert.equal(await sessions.find('s2'), null);
    assert.equal(await sessions.findByToken('hash-2'), null);
  });

  test('of 20 who replace one refresh token at once, exactly one does, and all tokens go on naming the session', async () => {
    await sessions.insert(sessionRecord('raced'), 'raced-0');
    const replaced = await Promise.all(
      Array.from({ length: 20 }, (_, index) => eitherStore(index).replaceToken('raced', 'raced-0', `raced-by-${index}`, BEGIN + 1 + index)),
    );
    assert.equal(replaced.filter(Boolean).length, 1);
    const winner = replaced.indexOf(true);
    assert.deepEqual(await sessions.findByToken(`raced-by-${winner}`), sessionRecord('raced', { lastSeenAtMs: BEGIN + 1 + winner }));
    assert.equal((await sessions.findByToken('raced-0'))?.id, 'raced', 'also the one that was replaced');
    assert.equal(await sessions.findByToken(`raced-by-${(winner + 1) % 20}`), null);
    assert.equal(await sessions.replaceToken('raced', `raced-by-${winner}`, 'raced-next', BEGIN + 100), true);
    assert.equal(await sessions.replaceToken('raced', 'raced-0', 'raced-again', BEGIN + 101), false);
  });

  test('the token of a session that is over, or of another one, is not replaced', async () => {
    await sessions.insert(sessionRecord('over'), 'over-0');
    await sessions.insert(sessionRecord('open'), 'open-0');
    await sessions.end('over', 'revoked', BEGIN + 5);
    assert.equal(await sessions.replaceToken('over', 'over-0', 'over-1', BEGIN + 6), false);
    assert.equal(await sessions.replaceToken('open', 'over-0', 'open-1', BEGIN + 6), false);
    assert.equal(await sessions.replaceToken('nobody', 'over-0', 'open-1', BEGIN + 6), false);
    assert.deepEqual(await sessions.find('open'), sessionRecord('open'));
  });

  test('a session ends once, and keeps its first reason', async () => {
    await sessions.insert(sessionRecord('ended'), 'ended-0');
    await sessions.end('ended', 'reused', BEGIN + 5);
    await sessions.end('ended', 'signed-out', BEGIN + 6);
    assert.deepEqual(await sessions.find('ended'), sessionRecord('ended', { endedAtMs: BEGIN + 5, end: 'reused' }));
    await sessions.end('nobody', 'signed-out', BEGIN);
  });

  test('a session that is seen again says when', async () => {
    await sessions.insert(sessionRecord('seen'), 'seen-0');
    await sessions.touch('seen', BEGIN + 60_000);
    assert.equal((await sessions.find('seen'))?.lastSeenAtMs, BEGIN + 60_000);
  });

  test('the sessions of a user are listed newest first, and those of nobody else', async () => {
    const mine = [3, 1, 2].map((at) => sessionRecord(`mine-${at}`, { userId: 'bert', startedAtMs: BEGIN + at }));
    for (const session of mine) await sessions.insert(session, `hash of ${session.id}`);
    assert.deepEqual(
      (await sessions.listOfUser('bert')).map(({ id }) => id),
      ['mine-3', 'mine-2', 'mine-1'],
    );
    assert.deepEqual(await sessions.listOfUser('nobody'), []);
  });

  test('pages of all sessions join to the whole list, newest first', async () => {
    const all = (await sessions.listAll(1000)).items;
    assert.deepEqual(
      all,
      all.toSorted((a, b) => b.startedAtMs - a.startedAtMs || (a.id < b.id ? 1 : -1)),
    );
    for (const size of [1, 2, 3, all.length]) {
      const joined: SessionRecord[] = [];
      for (let after: SessionPlace | null = null; ;) {
        const { items, next } = await sessions.listAll(size, after);
        joined.push(...items);
        if (next === null) break;
        after = next;
      }
      assert.deepEqual(joined, all, `pages of ${size}`);
    }
  });

  test('old sessions are removed with all their tokens, oldest first, so many at a time', async () => {
    for (const at of [1, 2, 3]) await sessions.insert(sessionRecord(`old-${at}`, { lastSeenAtMs: at }), `old-${at}-0`);
    await sessions.replaceToken('old-3', 'old-3-0', 'old-3-1', 3);
    assert.equal(await sessions.deleteOld(BEGIN, 2), 2);
    assert.equal(await sessions.find('old-2'), null);
    assert.equal((await sessions.find('old-3'))?.id, 'old-3');
    assert.equal(await sessions.deleteOld(BEGIN, 2), 1);
    assert.equal(await sessions.deleteOld(BEGIN, 2), 0);
    for (const hash of ['old-1-0', 'old-3-0', 'old-3-1']) await sessions.insert(sessionRecord(`again ${hash}`), hash);
    assert.equal((await sessions.findByToken('old-3-0'))?.id, 'again old-3-0');
    assert.equal((await sessions.find('s1'))?.id, 's1', 'the others stay');
  });
}
