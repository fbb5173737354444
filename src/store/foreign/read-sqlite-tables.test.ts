import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { readSqliteTables } from './read-sqlite-tables.ts';

const WISHES = [
  { name: 'things', columns: ['id', 'name', 'blob', 'gone'] },
  { name: 'absent', columns: ['id'] },
];

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-foreign-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Everything in a folder, to see whether something changed. */
function stateOf(folder: string): unknown {
  return readdirSync(folder)
    .toSorted()
    .map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]);
}

function makeDatabase(path: string, pragmas = ''): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(`${pragmas} create table things (id integer, name text, blob blob, "odd ""column" text); create table other (id integer)`);
  database.exec("insert into things values (2, 'b', x'00ff', 'x'), (1, null, null, 'y')");
  return database;
}

test('columns that are there are read, in the order of their ids, and the others named', async (t) => {
  const folder = makeFolder(t);
  const path = join(folder, 'old name? #1%.db');
  makeDatabase(path).close();
  const before = stateOf(folder);
  const { tables, otherTables, label } = await readSqliteTables(path, WISHES, 10);
  assert.equal(label, path);
  assert.deepEqual(otherTables, ['other']);
  assert.equal(tables.has('absent'), false);
  assert.deepEqual(tables.get('things')?.columns, ['id', 'name', 'blob']);
  assert.deepEqual(tables.get('things')?.otherColumns, ['odd "column']);
  assert.deepEqual(
    tables.get('things')?.rows.map((row) => ({ ...row })),
    [
      { id: 1, name: null, blob: null },
      { id: 2, name: 'b', blob: new Uint8Array([0, 255]) },
    ],
  );
  assert.deepEqual(stateOf(folder), before);
});

test('a database in log mode is read without a file being made beside it, and with what is still in its log', async (t) => {
  const folder = makeFolder(t);
  const path = join(folder, 'log.db');
  const database = makeDatabase(path, 'pragma journal_mode = wal;');
  const inUse = await readSqliteTables(path, WISHES, 10);
  assert.equal(inUse.tables.get('things')?.rows.length, 2);
  database.close();
  const before = stateOf(folder);
  const closed = await readSqliteTables(path, WISHES, 10);
  assert.equal(closed.tables.get('things')?.rows.length, 2);
  assert.deepEqual(stateOf(folder), before);
  assert.deepEqual(readdirSync(folder), ['log.db']);
});

test('what cannot be read is refused by a sentence that names the file', async (t) => {
  const folder = makeFolder(t);
  const file = join(folder, 'text.db');
  writeFileSync(file, 'not a database');
  await assert.rejects(readSqliteTables(join(folder, 'none.db'), WISHES, 10), /none\.db cannot be read: ENOENT/u);
  await assert.rejects(readSqliteTables(file, WISHES, 10), /text\.db is not a SQLite database\. Nothing was taken/u);
  await assert.rejects(readSqliteTables(folder, WISHES, 10), /cannot be read/u);
  writeFileSync(file, `SQLite format 3\0${'x'.repeat(200)}`);
  await assert.rejects(readSqliteTables(file, WISHES, 10), /text\.db cannot be read: /u);
});

test('a table with more rows than any configuration has is refused by its name', async (t) => {
  const path = join(makeFolder(t), 'many.db');
  makeDatabase(path).close();
  await assert.rejects(readSqliteTables(path, WISHES, 1), /The table things of .*many\.db holds more than 1 rows\. Nothing was taken/u);
});

test('a change that was cut off is told, and not undone', async (t) => {
  const folder = makeFolder(t);
  const [path, cut] = [join(folder, 'running.db'), join(folder, 'cut.db')];
  const database = new DatabaseSync(path);
  database.exec(
    'pragma journal_mode = delete; pragma cache_size = 1; create table things (id integer, name text); insert into things values (1, null); begin',
  );
  for (let next = 0; next < 50; next += 1) database.prepare('insert into things values (2, ?)').run('x'.repeat(4000));
  for (const end of ['', '-journal']) copyFileSync(`${path}${end}`, `${cut}${end}`);
  database.close();
  const before = stateOf(folder);
  await assert.rejects(
    readSqliteTables(cut, WISHES, 100),
    /cut\.db cannot be read: a change of it was cut off; start and stop the old program once/u,
  );
  assert.deepEqual(stateOf(folder), before);
});
