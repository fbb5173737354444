import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';

import { sql } from 'kysely';
import { asRefusal } from '../../src/control/http/error-answer.ts';
import { openControlDatabase } from '../../src/store/open-control-database.ts';
import { StoreAway } from '../../src/store/store-away.ts';
import { startTestDatabases } from '../support/test-databases.ts';

const databases = await startTestDatabases();

/** What the control plane answers to a failure of this work. */
async function failureOf(
  work: Promise<unknown>,
): Promise<{ readonly error: unknown; readonly code: string | undefined; readonly retryAfterSeconds: number | null | undefined }> {
  const error = await work.then(
    () => assert.fail('it went well'),
    (reason: unknown) => reason,
  );
  const refusal = asRefusal(error);
  return { error, code: refusal?.code, retryAfterSeconds: refusal?.retryAfterSeconds };
}

async function assertUnavailable(work: Promise<unknown>): Promise<void> {
  const { error, code, retryAfterSeconds } = await failureOf(work);
  assert.ok(error instanceof StoreAway, String(error));
  assert.equal(code, 'unavailable');
  assert.ok((retryAfterSeconds ?? 0) > 0);
}

for (const server of Object.values(databases.servers)) {
  describe(server.kind, { concurrency: 1 }, () => {
    test('connections that are refused, or end under a statement or a transaction, are told apart from mistakes', async () => {
      const database = await openControlDatabase(await databases.createOn(server));
      try {
        const { db } = database;
        const mistake = await failureOf(sql`select nothing from nowhere`.execute(db));
        assert.equal(mistake.code, undefined, 'a defect stays one');
        await sql`select 1`.execute(db);
        const cut = db.transaction().execute(async (transaction) => {
          await sql`select 1`.execute(transaction);
          await server.stop();
          await sql`select 1`.execute(transaction);
        });
        await assertUnavailable(cut);
        await assertUnavailable(sql`select 1`.execute(db));
        await server.start();
        await sql`select 1`.execute(db);
      } finally {
        if (server.pid === 0) await server.start();
        await database.close();
      }
    });

    test('locks that are held too long are told as busy', async () => {
      const database = await openControlDatabase(await databases.createOn(server));
      try {
        const { db } = database;
        await sql`create table waits (id int primary key, n int)`.execute(db);
        await sql`insert into waits values (1, 0)`.execute(db);
        await db.transaction().execute(async (holder) => {
          await sql`update waits set n = 1`.execute(holder);
          const waiting = db.transaction().execute(async (waiter) => {
            await (server.kind === 'postgres' ? sql`set local lock_timeout = 100` : sql`set innodb_lock_wait_timeout = 1`).execute(waiter);
            await sql`update waits set n = 2`.execute(waiter);
          });
          await assertUnavailable(waiting);
        });
      } finally {
        await database.close();
      }
    });
  });
}

test('SQLite that is locked by another, or full, is busy and no defect', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-away-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'test.db');
  const database = await openControlDatabase({ kind: 'sqlite', path });
  t.after(() => database.close());
  const { db } = database;
  await sql`create table waits (id integer primary key, body text)`.execute(db);
  const other = new DatabaseSync(path);
  other.exec('begin immediate');
  await sql`pragma busy_timeout = 50`.execute(db);
  await assertUnavailable(sql`insert into waits values (1, '')`.execute(db));
  other.exec('rollback');
  other.close();
  await sql`pragma max_page_count = 10`.execute(db);
  await assertUnavailable(sql`insert into waits values (2, ${'x'.repeat(200_000)})`.execute(db));
  const mistake = await failureOf(sql`select nothing from nowhere`.execute(db));
  assert.equal(mistake.code, undefined);
  await sql`insert into waits values (3, '')`.execute(db);
});
