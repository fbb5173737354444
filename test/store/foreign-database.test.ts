import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { sql } from 'kysely';
import type { DatabaseConfig } from '../../src/config/database-config.ts';
import { readForeignDatabase } from '../../src/store/foreign/read-foreign-database.ts';
import { DATABASE_KINDS, startTestDatabases, withDatabase } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const WISHES = [
  { name: 'things', columns: ['id', 'name', 'active', 'data', 'gone'] },
  { name: 'absent', columns: ['id'] },
];

/** Runs statements as they stand, each alone. */
async function run(config: DatabaseConfig, ...statements: readonly string[]): Promise<void> {
  await withDatabase(config, async ({ db }) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  });
}

async function countOf(config: DatabaseConfig, table: string): Promise<number> {
  return withDatabase(config, async ({ db }) =>
    Number((await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db)).rows[0]?.n),
  );
}

describe('the reader of other programs’ databases', () => {
  for (const kind of DATABASE_KINDS) {
    test(`reads the columns that are there and names the others: ${kind}`, async () => {
      const config = await databases.create(kind);
      await run(
        config,
        `create table things (id integer, name varchar(40), active boolean, other varchar(10))${kind === 'mysql' ? ' default character set utf8mb4' : ''}`,
        "insert into things values (2, '你好 😀', true, 'x'), (1, null, false, 'y')",
        'create table more (id integer)',
      );
      const { tables, otherTables } = await readForeignDatabase(config, WISHES);
      const things = tables.get('things');
      assert.deepEqual(otherTables, ['more']);
      assert.deepEqual(things?.columns, ['id', 'name', 'active']);
      assert.deepEqual(things?.otherColumns, ['other']);
      assert.deepEqual(
        things?.rows.map(({ id, name, active }) => [id, name, Boolean(active)]),
        [
          [1, null, false],
          [2, '你好 😀', true],
        ],
      );
      assert.equal(tables.has('absent'), false);
      await assert.rejects(readForeignDatabase(config, WISHES, 1), /The table things of .* holds more than 1 rows\. Nothing was taken/u);
    });
  }

  test('gives JSON and lists of PostgreSQL as what they hold', async () => {
    const config = await databases.create('postgres');
    await run(config, 'create table things (id integer, name text[], data jsonb)', `insert into things values (1, '{a,"b c"}', '{"x":{"y":[1]}}')`);
    const { tables } = await readForeignDatabase(config, WISHES);
    assert.deepEqual(tables.get('things')?.rows, [{ id: 1, name: ['a', 'b c'], data: { x: { y: [1] } } }]);
  });

  test('cannot write, even where reading a table of PostgreSQL would', async () => {
    const config = await databases.create('postgres');
    await run(
      config,
      'create table log (id integer)',
      'create function note() returns integer language sql as $$ insert into log values (1) returning id $$',
      'create view things as select note() as id',
      'create table absent (id integer)',
    );
    await assert.rejects(
      readForeignDatabase(config, WISHES),
      /cannot be read: cannot execute INSERT in a read-only transaction\. Nothing was taken/u,
    );
    assert.equal(await countOf(config, 'log'), 0);
  });

  for (const kind of ['postgres', 'mysql'] as const) {
    test(`names neither user nor password when it is not let in: ${kind}`, async () => {
      const config = await databases.create(kind);
      assert.ok(config.kind !== 'sqlite');
      const refused = { ...config, user: 'somebody_else', password: 'hunter2' };
      await assert.rejects(readForeignDatabase(refused, WISHES), (error: Error) => {
        assert.match(error.message, /^The database \S+ (?:refuses|cannot be read)/u);
        assert.doesNotMatch(error.message, /hunter2|somebody_else/u);
        return true;
      });
      await assert.rejects(
        readForeignDatabase({ ...config, database: 'not_there' }, WISHES),
        /^StoreError: The database \S+not_there does not exist/u,
      );
      await assert.rejects(readForeignDatabase({ ...config, port: 1 }, WISHES), /cannot be read: .*ECONNREFUSED.*\. Nothing was taken/u);
    });
  }
});
