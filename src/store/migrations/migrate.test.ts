import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Kysely } from 'kysely';
import { SqliteConnection } from '../sqlite/sqlite-connection.ts';
import { SqliteDialect } from '../sqlite/sqlite-dialect.ts';
import type { Tables } from '../tables.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';

const open = (): Kysely<Tables> => new Kysely<Tables>({ dialect: new SqliteDialect(new SqliteConnection(new DatabaseSync(':memory:'))) });

async function versions(db: Kysely<Tables>): Promise<number[]> {
  const rows = await db.selectFrom('schema_migrations').select('version').orderBy('version').execute();
  return rows.map((row) => row.version);
}

test('runs every migration once, in the order of their versions', async () => {
  assert.deepEqual(
    MIGRATIONS.map((migration) => migration.version),
    MIGRATIONS.map((_, index) => index + 1),
  );
  const db = open();
  await migrate(db, 1);
  await migrate(db, 2);
  const rows = await db.selectFrom('schema_migrations').selectAll().execute();
  assert.deepEqual(
    rows.map((row) => row.applied_at),
    MIGRATIONS.map(() => 1),
  );
});

test('a migration that fails leaves the schema as it was, and can be repeated', async () => {
  const db = open();
  let isBroken = true;
  const failing: Migration = {
    version: 2,
    name: 'failing',
    up: async (schema) => {
      await schema.schema.createTable('half').addColumn('id', 'integer').execute();
      if (isBroken) throw new Error('half-way');
    },
  };
  await migrate(db, 1);
  await assert.rejects(migrate(db, 1, [...MIGRATIONS, failing]), /half-way/);
  assert.deepEqual(await versions(db), [1]);
  isBroken = false;
  await migrate(db, 1, [...MIGRATIONS, failing]);
  assert.deepEqual(await versions(db), [1, 2]);
});
