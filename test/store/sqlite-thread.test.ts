import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';

import { CompiledQuery, sql, type Kysely } from 'kysely';
import { openSqliteThread } from '../../src/store/sqlite/open-sqlite-thread.ts';
import { sqliteCode } from '../../src/store/sqlite/sqlite-failure.ts';
import { SqliteThread } from '../../src/store/sqlite/sqlite-thread.ts';

interface Counters {
  readonly counters: { readonly id: string; readonly value: number };
}

const WORKER = new URL('../../src/store/sqlite/sqlite-worker.ts', import.meta.url);
const OPEN_AND_LEAVE = join(import.meta.dirname, 'sqlite-thread-process.ts');

function makeFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-thread-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'deeper', 'test.db');
}

async function open(t: TestContext, path = makeFile(t)): Promise<{ path: string; db: Kysely<Counters>; close: () => Promise<void> }> {
  const database = await openSqliteThread({ kind: 'sqlite', path });
  t.after(() => database.close());
  const db = database.db as unknown as Kysely<Counters>;
  await sql`create table if not exists counters (id text primary key, value integer not null check (value < 1000000))`.execute(db);
  return { path, db, close: () => database.close() };
}

test('has the settings of every connection, and makes the file and its folder', async (t) => {
  const { db } = await open(t);
  const read = async (name: string): Promise<unknown> => Object.values((await sql.raw(`pragma ${name}`).execute(db)).rows[0] ?? {})[0];
  assert.deepEqual(await Promise.all(['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'].map(read)), ['wal', 2, 1, 5000]);
});

test('reads what was written, and counts what was changed', async (t) => {
  const { db } = await open(t);
  const inserted = await db
    .insertInto('counters')
    .values([
      { id: 'a', value: 1 },
      { id: 'b', value: 2 },
    ])
    .executeTakeFirst();
  assert.equal(inserted.numInsertedOrUpdatedRows, 2n);
  assert.equal(inserted.insertId, 2n);
  const updated = await db.updateTable('counters').set({ value: 3 }).where('value', '<', 3).executeTakeFirst();
  assert.equal(updated.numUpdatedRows, 2n);
  assert.deepEqual(await db.selectFrom('counters').selectAll().orderBy('id').execute(), [
    { id: 'a', value: 3 },
    { id: 'b', value: 3 },
  ]);
});

test('200 transactions that interleave with statements of others each see their own work only', async (t) => {
  const { db } = await open(t);
  await db.insertInto('counters').values({ id: 'sum', value: 0 }).execute();
  const increment = (index: number): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      const { value } = await transaction.selectFrom('counters').select('value').where('id', '=', 'sum').executeTakeFirstOrThrow();
      await nextTurn();
      await transaction
        .updateTable('counters')
        .set({ value: value + 1 })
        .where('id', '=', 'sum')
        .execute();
      await transaction
        .insertInto('counters')
        .values({ id: `of ${index}`, value: index })
        .execute();
    });
  const outside = (index: number): Promise<unknown> =>
    db
      .insertInto('counters')
      .values({ id: `outside ${index}`, value: index })
      .execute();
  await Promise.all(Array.from({ length: 200 }, (_, index) => [increment(index), outside(index)]).flat());
  const { value } = await db.selectFrom('counters').select('value').where('id', '=', 'sum').executeTakeFirstOrThrow();
  assert.equal(value, 200);
  assert.equal((await db.selectFrom('counters').select('id').execute()).length, 401);
});

test('an error within a transaction undoes all of it and nothing of the others, and is told as SQLite tells it', async (t) => {
  const { db } = await open(t);
  const write = (id: string, value: number): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('counters')
        .values({ id: `${id} first`, value: 0 })
        .execute();
      await transaction
        .insertInto('counters')
        .values({ id: `${id} second`, value })
        .execute();
    });
  const [before, broken, behind] = await Promise.allSettled([write('before', 1), write('broken', 1_000_000), write('behind', 2)]);
  assert.deepEqual([before.status, broken.status, behind.status], ['fulfilled', 'rejected', 'fulfilled']);
  assert.ok(broken.status === 'rejected' && broken.reason instanceof Error);
  assert.match(broken.reason.message, /CHECK constraint failed/);
  const left = await db.selectFrom('counters').select('id').orderBy('id').execute();
  assert.deepEqual(
    left.map(({ id }) => id),
    ['before first', 'before second', 'behind first', 'behind second'],
  );
});

test('parameters that SQLite would take for something else are refused before they are sent', async (t) => {
  const { db } = await open(t);
  for (const value of [undefined, Number.NaN, { id: 1 }, [1], true]) await assert.rejects(sql`select ${value}`.execute(db), TypeError);
});

test('timers go on while another connection holds the write lock, and the statement is carried out when it lets go', async (t) => {
  const { path, db } = await open(t);
  const other = new DatabaseSync(path);
  t.after(() => other.close());
  other.exec('begin immediate');
  const writing = db.insertInto('counters').values({ id: 'waited', value: 1 }).execute();
  // A statement on this thread would end in SQLITE_BUSY before any timer comes.
  await new Promise((resolve) => setTimeout(resolve, 20));
  other.exec("insert into counters values ('first', 1); commit");
  await writing;
  const ids = await db.selectFrom('counters').select('id').orderBy(sql.ref('rowid')).execute();
  assert.deepEqual(
    ids.map(({ id }) => id),
    ['first', 'waited'],
  );
});

test('failures of SQLite arrive with its message and its code', async (t) => {
  const { path, db } = await open(t);
  await assert.rejects(sql`select * from nowhere`.execute(db), /no such table: nowhere/);
  const other = new DatabaseSync(path);
  t.after(() => other.close());
  other.exec('begin immediate');
  await sql`pragma busy_timeout = 1`.execute(db);
  const refused = sql`create table more (id text)`.execute(db);
  await assert.rejects(refused, (error) => sqliteCode(error) === 'SQLITE_BUSY');
  await assert.rejects(SqliteThread.open(dirname(path)), (error) => error instanceof Error && error.message === 'unable to open database file');
});

test('what was sent before the close is carried out, an open transaction is undone, and the rest is refused with a sentence', async (t) => {
  const { path, db, close } = await open(t);
  let closing: Promise<void> | undefined;
  const cut = db.transaction().execute(async (transaction) => {
    await transaction.insertInto('counters').values({ id: 'cut off', value: 1 }).execute();
    const sent = transaction.selectFrom('counters').select('id').execute();
    closing = close();
    assert.equal((await sent).length, 1);
    await transaction.insertInto('counters').values({ id: 'too late', value: 1 }).execute();
  });
  await assert.rejects(cut, /^StoreAway: The database .*test\.db is closed\.$/);
  await closing;
  await close();
  await assert.rejects(db.selectFrom('counters').selectAll().execute(), /is closed\.$/);
  const { db: again } = await open(t, path);
  assert.deepEqual(await again.selectFrom('counters').selectAll().execute(), []);
});

test('when the thread dies, what waits and what comes later is refused with a sentence', async (t) => {
  const { path } = await open(t);
  const worker = new Worker(WORKER, { workerData: path });
  const thread = await SqliteThread.open(path, worker);
  const other = new DatabaseSync(path);
  t.after(() => other.close());
  other.exec('begin immediate');
  const waiting = [1, 2].map(() => thread.executeQuery(CompiledQuery.raw("insert into counters values ('a', 1)")));
  const refusals = waiting.map((statement) =>
    assert.rejects(statement, /^StoreAway: The thread of the database .*test\.db ended \(code 1\), and what it was doing may be done or not; start/),
  );
  const ended = worker.terminate();
  other.exec('commit');
  await ended;
  await Promise.all(refusals);
  await assert.rejects(thread.executeQuery(CompiledQuery.raw('select 1')), /The thread of the database .* ended \(code 1\)/);
  await thread.close();
});

test('a defect within the thread is told by its own words', async (t) => {
  const worker = new Worker("throw new TypeError('a defect')", { eval: true });
  await assert.rejects(SqliteThread.open(makeFile(t), worker), /The thread of the database .* ended \(a defect\)/);
});

test('an open database keeps no finished process alive, and a statement under way does', async () => {
  const child = spawn(process.execPath, [OPEN_AND_LEAVE], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  assert.deepEqual([said, code], ['answered\n', 0]);
});
