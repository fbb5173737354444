import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { sql, type Kysely } from 'kysely';
import type { DatabaseConfig } from '../../src/config/database-config.ts';
import { ExchangeReader } from '../../src/store/exchange-reader.ts';
import { listApplied } from '../../src/store/migrations/list-applied.ts';
import { migrateDown } from '../../src/store/migrations/migrate-down.ts';
import { migrateUp } from '../../src/store/migrations/migrate-up.ts';
import type { Migration } from '../../src/store/migrations/migration.ts';
import { MIGRATIONS } from '../../src/store/migrations/migrations.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { StoreFolder } from '../contracts/store-folder.ts';
import { loadDump } from '../support/database-clients.ts';
import { exchangeRecord } from '../support/exchange-records.ts';
import { StatementCounter } from '../support/statement-counter.ts';
import { DATABASE_KINDS, startTestDatabases, withDatabase, type DatabaseKind } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const VERSIONS = MIGRATIONS.map(({ version }) => version);
const FIXTURES = join(import.meta.dirname, 'fixtures');
const MIGRATOR = join(import.meta.dirname, 'migrator-process.ts');
const FIXTURE_ENDS = { sqlite: 'sqlite', postgres: 'postgres.sql', mysql: 'mysql.sql' } as const;
/** What the dumps of earlier schemas hold: the costs of what went well, newest first. */
const FIXTURE_COSTS = { 1: [40, 30, 20, 10], 2: [60, 40, 30, 20, 10] } as const;
/** Fewer than the first migration has. */
const FEWEST_STATEMENTS = 7;

const versionsOf = (config: DatabaseConfig): Promise<number[]> =>
  withDatabase(config, async (database) => (await listApplied(database)).map(({ version }) => version));

/** Everything that the schema says of itself, to compare it before and after. */
function describeSchema(config: DatabaseConfig): Promise<unknown> {
  return withDatabase(config, async ({ db }) => (await sql.raw(SCHEMA_QUERIES[config.kind]).execute(db)).rows);
}

const SCHEMA_QUERIES: Readonly<Record<DatabaseKind, string>> = {
  sqlite: 'select type, name, sql from sqlite_schema order by name',
  postgres: `select table_name, column_name, data_type, column_default, is_nullable from information_schema.columns
    where table_schema = 'public' union all select tablename, indexname, indexdef, '', '' from pg_indexes where schemaname = 'public' order by 1, 2`,
  mysql: `select table_name t, column_name c, column_type ct, column_default d, is_nullable n, collation_name cn from information_schema.columns
    where table_schema = database() union all select table_name, index_name, column_name, '', '', '' from information_schema.statistics
    where table_schema = database() order by 1, 2, 3`,
};

test('versions count from 1 without a gap, and the oldest stands first', () => {
  assert.deepEqual(
    VERSIONS,
    MIGRATIONS.map((_, index) => index + 1),
  );
});

describe('migrations', { concurrency: DATABASE_KINDS.length }, () => {
  for (const kind of DATABASE_KINDS) describe(kind, () => describeMigrations(kind));
});

function describeMigrations(kind: DatabaseKind): void {
  test('every migration is applied once', async () => {
    const config = await databases.create(kind);
    await withDatabase(config, async (database) => {
      assert.deepEqual(await migrateUp(database, 1), MIGRATIONS);
      assert.deepEqual(await migrateUp(database, 2), []);
      assert.deepEqual(
        (await listApplied(database)).map(({ appliedAt }) => appliedAt),
        MIGRATIONS.map(() => 1),
      );
    });
  });

  test('three migrators at once apply every migration once', async (t) => {
    const config = await databases.create(kind);
    const running = await withDatabase(config, ({ db, schema }) =>
      schema.withMigrationLock(db, async () => {
        const started = Array.from({ length: 3 }, () => startMigrator(config));
        t.after(() => started.forEach(({ kill }) => kill()));
        await Promise.all(started.map(({ waiting }) => waiting));
        return started;
      }),
    );
    const applied = await Promise.all(running.map(({ applied: result }) => result));
    assert.deepEqual(
      applied.toSorted((a, b) => a.length - b.length),
      [[], [], VERSIONS],
    );
    assert.deepEqual(await versionsOf(config), VERSIONS);
  });

  test('a migration that fails half-way can be repeated, and leaves nothing where the schema changes in transactions', async () => {
    const config = await databases.create(kind);
    let isBroken = true;
    const failing = migration(async (db) => {
      await db.schema.createTable('half').ifNotExists().addColumn('id', 'integer').execute();
      if (isBroken) throw new Error('half-way');
    });
    const all = [...MIGRATIONS, failing];
    await withDatabase(config, async (database) => {
      await assert.rejects(migrateUp(database, 1, all), /half-way/);
      assert.deepEqual(
        (await listApplied(database)).map(({ version }) => version),
        kind === 'mysql' ? VERSIONS : [],
      );
      assert.equal(await database.schema.hasTable(database.db, 'half'), kind === 'mysql');
      isBroken = false;
      await migrateUp(database, 1, all);
    });
    assert.deepEqual(await versionsOf(config), [...VERSIONS, failing.version]);
  });

  test('a migrator that is cut off behind any statement leaves a schema that the next one completes', async () => {
    const whole = await databases.create(kind);
    await withDatabase(whole, (database) => migrateUp(database, 1));
    const expected = await describeSchema(whole);
    let cuts = 0;
    for (; ; cuts += 1) {
      const config = await databases.create(kind);
      const counter = new StatementCounter(cuts + 1, () => {
        throw new Error('cut off');
      });
      const isDone = await withDatabase(config, ({ db, ...rest }) =>
        migrateUp({ ...rest, db: db.withPlugin(counter) }, 1).then(
          () => true,
          (error: unknown) => {
            assert.match(String(error), /cut off/);
            return false;
          },
        ),
      );
      if (isDone) break;
      await withDatabase(config, (database) => migrateUp(database, 1));
      assert.deepEqual(await describeSchema(config), expected, `cut off behind statement ${cuts + 1}`);
    }
    assert.ok(cuts > FEWEST_STATEMENTS, `${cuts} statements`);
  });

  test('a migrator that is killed in any of the migrations leaves a schema that the next one completes, and no lock', async () => {
    const whole = await databases.create(kind);
    await withDatabase(whole, (database) => migrateUp(database, 1));
    const expected = await describeSchema(whole);
    let before = 0;
    for (const version of VERSIONS) {
      const counter = new StatementCounter(0, () => {});
      const counted = await databases.create(kind);
      await withDatabase(counted, ({ db, ...rest }) => migrateUp({ ...rest, db: db.withPlugin(counter) }, 1, MIGRATIONS.slice(0, version)));
      const config = await databases.create(kind);
      // Somewhere in the middle of this migration.
      const fatal = before + Math.floor((counter.count - before) / 2);
      const child = spawn(process.execPath, [MIGRATOR, JSON.stringify(config), String(fatal)], { stdio: 'ignore' });
      await once(child, 'close');
      assert.equal(child.signalCode, 'SIGKILL');
      if (kind === 'mysql') assert.deepEqual(await versionsOf(config), VERSIONS.slice(0, version - 1), `killed in migration ${version}`);
      await withDatabase(config, (database) => migrateUp(database, 1));
      assert.deepEqual(await describeSchema(config), expected, `killed in migration ${version}`);
      before = counter.count;
    }
  });

  test('going down and up again ends in the same schema', async () => {
    const config = await databases.create(kind);
    await withDatabase(config, (database) => migrateUp(database, 1));
    const before = await describeSchema(config);
    for (const to of VERSIONS.toReversed().map((version) => version - 1)) {
      await withDatabase(config, (database) => migrateDown(database, { to, mayLose: false }));
      assert.deepEqual(await versionsOf(config), VERSIONS.slice(0, to));
    }
    await withDatabase(config, (database) => migrateUp(database, 1));
    assert.deepEqual(await describeSchema(config), before);
  });

  test('going down is refused where rows would be lost, unless that is allowed', async (t) => {
    const config = await databases.create(kind);
    await settleOne(new StoreFolder(t, config));
    await withDatabase(config, async (database) => {
      await assert.rejects(migrateDown(database, { to: 0, mayLose: false }), /would destroy the table exchanges with 1 rows of .*--yes/);
      assert.deepEqual(await versionsOf(config), VERSIONS, 'nothing was taken back');
      await migrateDown(database, { to: 0, mayLose: true });
    });
    assert.deepEqual(await versionsOf(config), []);
  });

  test('going down is refused where accounts, keys or the audit log would be lost', async () => {
    const config = await databases.create(kind);
    await withDatabase(config, async (database) => {
      await migrateUp(database, 1);
      const key = { id: 'k', sealed: 'datakey:v1:…', created_at: 1, seals: 0 };
      await database.db.insertInto('data_keys').values(key).execute();
      await database.db.insertInto('store_values').values({ name: 'key_check', value: 'keycheck:v1:…', updated_at: 1 }).execute();
      const refusal = /would destroy the table data_keys with 1 rows and the table store_values with 1 rows of/;
      await assert.rejects(migrateDown(database, { to: 3, mayLose: false }), refusal);
      assert.deepEqual({ ...(await database.db.selectFrom('data_keys').selectAll().executeTakeFirst()) }, key);
    });
  });

  test('a database of a newer schema is refused by every way in and left as it is', async (t) => {
    const config = await databases.create(kind);
    const folder = new StoreFolder(t, config);
    await folder.replay();
    await withDatabase(config, ({ db }) =>
      db.insertInto('schema_migrations').values({ version: 99, name: 'from the future', applied_at: 0 }).execute(),
    );
    const before = await describeSchema(config);
    const refusal = /written by a newer Headgate \(schema 99; this one knows \d+\)\. Nothing was changed\./;
    await assert.rejects(folder.open(), (error) => error instanceof StoreError && refusal.test(error.message));
    await withDatabase(config, async (database) => {
      await assert.rejects(migrateUp(database, 1), refusal);
      await assert.rejects(migrateDown(database, { to: 0, mayLose: true }), refusal);
    });
    assert.deepEqual(await describeSchema(config), before);
    assert.deepEqual(await versionsOf(config), [...VERSIONS, 99]);
  });

  for (const version of [1, 2] as const) {
    test(`a database of schema ${version} is brought up with its data`, async (t) => {
      const config = await databases.create(kind);
      loadDump(config, join(FIXTURES, `schema-${version}.${FIXTURE_ENDS[kind]}`));
      assert.deepEqual(await versionsOf(config), VERSIONS.slice(0, version));
      const folder = new StoreFolder(t, config);
      const before = await folder.readRows();
      await folder.replay();
      assert.deepEqual(await versionsOf(config), VERSIONS);
      const settled = 'parked-before-the-upgrade';
      assert.deepEqual(
        (await folder.readRows()).filter(({ id }) => id !== settled),
        before,
      );
      await withDatabase(config, async ({ db }) => {
        const reader = new ExchangeReader(db);
        const { items } = await reader.list({ outcome: 'ok' }, 10);
        assert.deepEqual(
          items.map(({ costMicroUsd }) => costMicroUsd),
          FIXTURE_COSTS[version],
        );
        assert.equal(items[0]?.attempts[0]?.durationMs, 800);
        const [broken] = (await reader.list({ status: 502 }, 10)).items;
        assert.equal(broken?.publicModel, 'Größe-漢字 🙂');
        assert.equal(broken.trace, null);
        assert.equal((await reader.find(settled))?.outcome, 'crashed', 'what was open before is settled');
        const stillOpen = await db.selectFrom('open_exchanges').select(['id', 'owner']).execute();
        assert.deepEqual(
          stillOpen.map(({ id }) => id),
          version === 1 ? [] : ['parked-by-another'],
        );
      });
    });
  }
}

async function settleOne(folder: StoreFolder): Promise<void> {
  const store = await folder.open();
  store.journal.settle(exchangeRecord('one'), () => {});
  await store.close();
}

function migration(up: (db: Kysely<unknown>) => Promise<void>): Migration {
  return { version: MIGRATIONS.length + 1, name: 'of a test', up, down: () => Promise.resolve(), lossOfDown: () => Promise.resolve(null) };
}

interface Migrator {
  readonly waiting: Promise<void>;
  readonly applied: Promise<number[]>;
  readonly kill: () => void;
}

function startMigrator(config: DatabaseConfig): Migrator {
  const child = spawn(process.execPath, [MIGRATOR, JSON.stringify(config)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  const waiting = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('waiting\n')) resolve();
    });
  });
  const applied = once(child, 'close').then(() => JSON.parse(said.split('\n')[1] ?? '') as number[]);
  return { waiting, applied, kill: () => void child.kill('SIGKILL') };
}
