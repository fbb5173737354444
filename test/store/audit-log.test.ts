import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { AuditEntry } from '../../src/domain/audit-entry.ts';
import { AuditLog, type AuditCursor, type AuditFilter } from '../../src/store/audit/audit-log.ts';
import type { Database } from '../../src/store/database.ts';
import { closeBoth, openTwice, type DatabaseTwice } from '../support/control-databases.ts';
import { DATABASE_KINDS, startTestDatabases, type DatabaseKind } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const BEGIN = Date.UTC(2026, 10, 20);

function auditEntry(id: string, changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id,
    at: BEGIN,
    actorKind: 'user',
    actorId: 'user-1',
    actorName: 'Anna',
    address: '192.0.2.1',
    requestId: 'request-1',
    action: 'provider.update',
    subjectKind: 'provider',
    subjectId: 'openai',
    revision: 7,
    changes: [{ path: 'keys[k1].weight', before: null, after: { weight: 2, note: 'Größe 100%_!' } }],
    ...changes,
  };
}

/** Groups of four in the same millisecond, and ids that do not follow the order of insertion. */
const ENTRIES: readonly AuditEntry[] = Array.from({ length: 40 }, (_, index) =>
  auditEntry(`${((index * 7) % 40).toString().padStart(3, '0')}`, {
    at: BEGIN + Math.floor(index / 4),
    actorKind: index % 5 === 0 ? 'machine' : 'user',
    actorId: index % 5 === 0 ? null : `user-${index % 3}`,
    actorName: index % 5 === 0 ? null : `Person ${index % 3}`,
    action: index % 2 === 0 ? 'provider.update' : 'login.failed',
    subjectKind: index % 2 === 0 ? 'provider' : 'user',
    subjectId: index === 11 ? null : `thing-${index % 4}`,
    revision: index % 2 === 0 ? index : null,
    changes: index === 6 ? [{ path: 'name', before: 'an_underscore', after: "it's 100%" }] : [],
  }),
);
const NEWEST_FIRST = ENTRIES.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));

const FILTERS: readonly (readonly [filter: AuditFilter, isMeant: (entry: AuditEntry) => boolean])[] = [
  [{}, () => true],
  [{ fromMs: BEGIN + 2, beforeMs: BEGIN + 5 }, ({ at }) => at >= BEGIN + 2 && at < BEGIN + 5],
  [{ actorId: 'user-2' }, ({ actorId }) => actorId === 'user-2'],
  [{ action: 'login.failed' }, ({ action }) => action === 'login.failed'],
  [{ subjectKind: 'user' }, ({ subjectKind }) => subjectKind === 'user'],
  [{ subjectKind: 'provider', subjectId: 'thing-2' }, (e) => e.subjectKind === 'provider' && e.subjectId === 'thing-2'],
  [{ search: 'pERSON 1' }, ({ actorName }) => actorName === 'Person 1'],
  [{ search: 'LOGIN' }, ({ action }) => action === 'login.failed'],
  [{ search: 'thing-3' }, ({ subjectId }) => subjectId === 'thing-3'],
  [{ search: 'an_under' }, ({ changes }) => changes.length > 0],
  [{ search: "it's 100%" }, ({ changes }) => changes.length > 0],
  [{ search: 'anxunder' }, () => false],
  [{ search: '%' }, ({ changes }) => changes.length > 0],
  [{ search: 'no\0thing' }, () => false],
  [{ actorId: 'user\0' }, () => false],
];

describe('the audit log', { concurrency: DATABASE_KINDS.length }, () => {
  for (const kind of DATABASE_KINDS) describe(kind, { concurrency: 1 }, () => describeAuditLog(kind));
});

function describeAuditLog(kind: DatabaseKind): void {
  let opened: DatabaseTwice;
  let database: Database;
  let log: AuditLog;

  before(async () => {
    opened = await openTwice(databases, kind);
    [database] = opened;
    log = new AuditLog(database.db);
    for (const entry of ENTRIES) await log.append(entry);
  });
  after(() => closeBoth(opened));

  test('every filter gives what it means, newest first, as it was written', async () => {
    for (const [filter, isMeant] of FILTERS) {
      const { items, next } = await log.list(filter, 100);
      assert.deepEqual(items, NEWEST_FIRST.filter(isMeant), JSON.stringify(filter));
      assert.equal(next, null);
    }
  });

  test('pages of any size join to the whole list, each entry once, while new ones come', async () => {
    for (const size of [1, 3, 4, 39, 40, 41]) {
      const joined: AuditEntry[] = [];
      let after: AuditCursor | null = null;
      do {
        const { items, next } = await log.list({ beforeMs: BEGIN + 1000 }, size, after);
        joined.push(...items);
        after = next;
        await log.append(auditEntry(`new-${size}-${joined.length}`, { at: BEGIN + 2000 }));
      } while (after !== null);
      assert.deepEqual(joined, NEWEST_FIRST, `pages of ${size}`);
    }
  });

  test('an entry belongs to the transaction that it is given', async () => {
    const undone = database.db.transaction().execute(async (transaction) => {
      await log.append(auditEntry('undone', { subjectId: 'in-transaction', at: BEGIN + 2000 }), transaction);
      throw new Error('undone');
    });
    await assert.rejects(undone, /undone/);
    await database.db
      .transaction()
      .execute((transaction) => log.append(auditEntry('done', { subjectId: 'in-transaction', at: BEGIN + 2000 }), transaction));
    assert.deepEqual((await log.list({ subjectId: 'in-transaction' }, 10)).items, [
      auditEntry('done', { subjectId: 'in-transaction', at: BEGIN + 2000 }),
    ]);
  });

  test('a name that a stranger chose is cut to what can be kept, and nothing in it hinders the entry', async () => {
    await log.append(
      auditEntry('strange', { actorName: `\0🙂${'x'.repeat(10_000)}`, subjectId: `${'y'.repeat(190)}🙂`, action: 'login.strange', at: BEGIN + 2000 }),
    );
    const [entry] = (await log.list({ action: 'login.strange' }, 1)).items;
    assert.equal(entry?.actorName, `\uFFFD🙂${'x'.repeat(188)}`);
    assert.equal(entry.subjectId, `${'y'.repeat(190)}\uFFFD`);
  });

  test('old entries are removed, oldest first, so many at a time', async () => {
    assert.equal(await log.prune(BEGIN + 2, 5), 5);
    assert.equal(await log.prune(BEGIN + 1, 5), 0, 'four of the first millisecond went first');
    assert.equal((await log.list({ beforeMs: BEGIN + 2 }, 100)).items.length, 3);
  });
}
