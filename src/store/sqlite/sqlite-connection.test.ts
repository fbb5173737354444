import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Kysely, sql } from 'kysely';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteDialect } from './sqlite-dialect.ts';

interface Tables {
  readonly things: { readonly id: number; readonly name: string | null };
}

function open(): { db: Kysely<Tables>; connection: SqliteConnection } {
  const database = new DatabaseSync(':memory:');
  database.exec('create table things (id integer primary key, name text)');
  const connection = new SqliteConnection(database);
  return { db: new Kysely<Tables>({ dialect: new SqliteDialect(connection) }), connection };
}

test('reads what was written, and counts what was changed', async () => {
  const { db } = open();
  const inserted = await db
    .insertInto('things')
    .values([
      { id: 1, name: 'one' },
      { id: 2, name: null },
    ])
    .executeTakeFirst();
  assert.equal(inserted.numInsertedOrUpdatedRows, 2n);
  const updated = await db.updateTable('things').set({ name: 'two' }).where('id', '=', 2).executeTakeFirst();
  assert.equal(updated.numUpdatedRows, 1n);
  const rows = await db.selectFrom('things').select('name').orderBy('id').execute();
  assert.deepEqual(
    rows.map((row) => row.name),
    ['one', 'two'],
  );
  const returned = await db.deleteFrom('things').where('id', '=', 1).returning('name').execute();
  assert.deepEqual({ ...returned[0] }, { name: 'one' });
});

test('a transaction that fails leaves nothing behind', async () => {
  const { db } = open();
  const work = db.transaction().execute(async (transaction) => {
    await transaction.insertInto('things').values({ id: 1, name: 'one' }).execute();
    throw new Error('half-way');
  });
  await assert.rejects(work, /half-way/);
  assert.deepEqual(await db.selectFrom('things').selectAll().execute(), []);
});

test('refuses parameters that SQLite would take for something else', async () => {
  const { db, connection } = open();
  for (const value of [undefined, Number.NaN, { id: 1 }, [1], true]) {
    assert.throws(() => connection.run('update things set name = ?', [value]), /Parameter 1 of `update things set name = \?`/);
    await assert.rejects(async () => sql`select ${value}`.execute(db), TypeError);
  }
});
