import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import { sql } from 'kysely';
import { readBootstrap } from '../../src/config/bootstrap.ts';
import type { DatabaseConfig, ServerDatabaseConfig } from '../../src/config/database-config.ts';
import { LEDGER_USE } from '../../src/store/database.ts';
import { inspectDatabase } from '../../src/store/inspect-database.ts';
import { MIGRATIONS } from '../../src/store/migrations/migrations.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { StoreFolder } from '../contracts/store-folder.ts';
import type { DatabaseServer } from '../support/database-servers.ts';
import { exchangeRecord } from '../support/exchange-records.ts';
import { startGateway } from '../support/start-gateway.ts';
import { DATABASE_KINDS, startTestDatabases, urlOf, withDatabase, type DatabaseKind } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const PROGRAM = join(import.meta.dirname, '../../bin/headgate.mjs');
const WRONG_PASSWORD = 'a-wrong-and-secret-password';

const readDatabase = (environment: Record<string, string>): DatabaseConfig => readBootstrap(environment, { workingDirectory: '/nowhere' }).database;

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as somebody types it, in a directory of its own. */
function runHeadgate(t: TestContext, environment: Record<string, string>, ...args: readonly string[]): Run {
  const cwd = mkdtempSync(join(tmpdir(), 'headgate-command-'));
  t.after(() => rmSync(cwd, { recursive: true, force: true }));
  const env = { PATH: process.env['PATH'] ?? '', ...environment };
  return spawnSync(process.execPath, [PROGRAM, ...args], { cwd, env, encoding: 'utf8', timeout: 30_000 });
}

function linesOf(said: string): { lines: string[]; last: string } {
  const lines = said.trimEnd().split('\n');
  return { last: lines.pop() ?? '', lines };
}

for (const kind of DATABASE_KINDS) {
  test(`${kind}: migrate tells where the schema stands, brings it up, and takes it back only when asked twice`, async (t) => {
    const config = await databases.create(kind);
    const environment = { DATABASE_URL: urlOf(config) };
    const status = runHeadgate(t, environment, 'migrate', 'status');
    assert.equal(status.status, 0, status.stderr);
    assert.ok(status.stdout.endsWith(MIGRATIONS.map(({ version, name }) => `\n${version} ${name}: not applied`).join('') + '\n'), status.stdout);
    if (config.kind === 'sqlite') assert.ok(!existsSync(config.path), 'asking makes no database');
    const up = runHeadgate(t, environment, 'migrate', 'up');
    const { lines: applied, last: upToDate } = linesOf(up.stdout);
    assert.deepEqual(
      applied,
      MIGRATIONS.map(({ version, name }) => `applied ${version} ${name}`),
    );
    assert.match(upToDate, /^The schema of .+ is up to date\.$/);
    assert.equal(runHeadgate(t, environment, 'migrate', 'up').stdout.split('\n').length, 2);
    assert.match(runHeadgate(t, environment, 'migrate', 'status').stdout, /\n1 exchanges: applied 2\d{3}-.+Z\n2 /);
    await settleOne(new StoreFolder(t, config));
    const refused = runHeadgate(t, environment, 'migrate', 'down', '--to', '0');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /would destroy the table exchanges with 1 rows/);
    const down = runHeadgate(t, environment, 'migrate', 'down', '--to', '1');
    const { lines: undone, last: standing } = linesOf(down.stdout);
    assert.deepEqual(
      undone,
      MIGRATIONS.slice(1)
        .map(({ version, name }) => `took back ${version} ${name}`)
        .toReversed(),
    );
    assert.match(standing, /^The schema of .+ is that of version 1\.$/);
    assert.equal(runHeadgate(t, environment, 'migrate', 'down', '--to', '0', '--yes').status, 0);
    assert.match(runHeadgate(t, environment, 'migrate', 'status').stdout, /\n1 exchanges: not applied\n/);
  });

  test(`${kind}: a database of a newer Headgate ends the start and every migration with a sentence`, async (t) => {
    const config = await databases.create(kind);
    await new StoreFolder(t, config).replay();
    await withDatabase(config, ({ db }) => db.insertInto('schema_migrations').values({ version: 99, name: 'later', applied_at: 0 }).execute());
    // Every way in passes the same gate, which the tests of the migrations try for each kind.
    const others = [
      ['migrate', 'up'],
      ['migrate', 'status'],
      ['migrate', 'down', '--to', '0', '--yes'],
    ];
    for (const args of [['serve', '--port', '0'], ...(kind === 'sqlite' ? others : [])]) {
      const { status, stderr } = runHeadgate(t, { DATABASE_URL: urlOf(config), OPENAI_API_KEY: 'sk-none', LOG_LEVEL: 'silent' }, ...args);
      assert.equal(status, 1, args.join(' '));
      assert.match(stderr, /was written by a newer Headgate \(schema 99; .*Nothing was changed/);
    }
  });
}

test('migrate is used wrongly in many ways, and says how it is meant', (t) => {
  for (const args of [[], ['up', '--yes'], ['down', '--to', 'x'], ['status', 'twice']]) {
    const { status, stderr } = runHeadgate(t, {}, 'migrate', ...args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, /headgate migrate down --to N/);
  }
  const unknown = runHeadgate(t, {}, 'migrate', 'down', '--to', '77');
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /There is no schema 77/);
});

test('a schema is not taken back while a gateway runs on the data directory', async (t) => {
  const config = await databases.create('postgres');
  const environment = { DATABASE_URL: urlOf(config), OPENAI_API_KEY: 'sk-none' };
  const gateway = await startGateway({ env: environment });
  t.after(() => gateway.dispose());
  const { status, stderr } = runHeadgate(t, { ...environment, DATA_DIR: gateway.dataDir }, 'migrate', 'down', '--to', '0', '--yes');
  assert.equal(status, 1);
  assert.match(stderr, /in use by another Headgate/);
});

for (const server of Object.values(databases.servers)) describe(server.kind, () => describeServer(server));

function describeServer(server: DatabaseServer): void {
  const { kind } = server;
  const refusal = (pattern: RegExp) => (error: unknown) => {
    assert.ok(error instanceof StoreError);
    assert.match(error.message, pattern);
    assert.ok(!error.message.includes(WRONG_PASSWORD));
    return true;
  };

  test('DB_TYPE and its parts reach the same database as a URL', async () => {
    const { user, password, host, port, database } = await databases.createOn(server);
    const parts = { DB_TYPE: kind, DB_HOST: host, DB_PORT: String(port), DB_USER: user, DB_PASSWORD: password, DB_NAME: database };
    assert.equal(await askName(readDatabase(parts)), database);
    assert.equal(await askName(readDatabase({ DB_URL: urlOf({ ...server.admin, database }) })), database);
  });

  test('a socket takes the place of host and port', async () => {
    const { user, password, database } = server.admin;
    const url = `${kind}://${user}:${encodeURIComponent(password)}@localhost/${database}?host=${encodeURIComponent(server.socket)}`;
    const config = readDatabase({ DATABASE_URL: url });
    // The socket of PostgreSQL has the port in its name.
    assert.equal(await askName({ ...(config as ServerDatabaseConfig), port: server.port }), database);
  });

  test('a password, a user or a database that is not right ends the start with a sentence, and the password is not in it', async (t) => {
    await withDatabase(server.admin, ({ db }) =>
      sql.raw(kind === 'postgres' ? `create role someone` : `create user someone identified by 'secret'`).execute(db),
    );
    const wrong = { ...server.admin, user: 'someone', password: WRONG_PASSWORD };
    await assert.rejects(new StoreFolder(t, wrong).open(), refusal(/refuses the user.* Nothing was changed\. Check DATABASE_URL/));
    await assert.rejects(new StoreFolder(t, { ...server.admin, database: 'nowhere' }).open(), refusal(/\/nowhere does not exist .*nowhere/i));
  });

  test('a connection is encrypted as sslmode says, and certificates are checked as it says', async (t) => {
    const ca = encodeURIComponent(server.caFile);
    const withMode = (mode: string): DatabaseConfig => readDatabase({ DATABASE_URL: `${urlOf(server.admin)}?${mode}` });
    assert.equal(await isEncrypted(withMode('sslmode=disable')), false);
    assert.equal(await isEncrypted(withMode('sslmode=require')), true);
    assert.equal(await isEncrypted(withMode(`sslmode=verify-ca&sslrootcert=${ca}`)), true);
    for (const untrusted of ['sslmode=verify-ca', 'sslmode=verify-full', `sslmode=verify-full&sslrootcert=${ca}`]) {
      await assert.rejects(new StoreFolder(t, withMode(untrusted)).open(), refusal(/shows a certificate that is not trusted/), untrusted);
    }
    await assert.rejects(new StoreFolder(t, withMode('sslmode=verify-ca&sslrootcert=/nowhere.pem')).open(), refusal(/\/nowhere\.pem cannot be read/));
  });

  test('a server that takes the connection and says nothing is away, and no reason to wait for long', async (t) => {
    const config = { ...server.admin, port: await listenSilently(t, () => undefined) };
    await inspectDatabase(config);
    const database = await openDatabase(config, { ...LEDGER_USE, connectTimeoutMs: 100 });
    await assert.rejects(askNameOf(database));
    await database.close();
  });

  test('a statement that hangs is given up with its connection, and the next one gets another', async () => {
    const database = await openDatabase(server.admin, { ...LEDGER_USE, statementTimeoutMs: 200 });
    const hang = sql.raw(kind === 'postgres' ? 'select pg_sleep(60)' : 'select sleep(60)');
    await assert.rejects(hang.execute(database.db));
    await assert.rejects(database.db.transaction().execute((transaction) => hang.execute(transaction)));
    assert.equal(await askNameOf(database), server.admin.database);
    await database.close();
  });

  test('connections that the server ended meanwhile are replaced', async () => {
    const config = await databases.createOn(server);
    const database = await openDatabase(config, LEDGER_USE);
    assert.equal(await askNameOf(database), config.database);
    await server.stop();
    await assert.rejects(askNameOf(database));
    await server.start();
    assert.equal(await askNameOf(database), config.database);
    await database.close();
  });
}

test('a server of MySQL whose texts know no backslashes gets no other texts than were meant', async () => {
  const { admin } = databases.servers.mysql;
  const text = `\\' or 1 = 1 -- \\\\ \\0 "`;
  await withDatabase(admin, ({ db }) => sql`set global sql_mode = 'NO_BACKSLASH_ESCAPES'`.execute(db));
  const answer = await withDatabase(admin, ({ db }) => sql<{ text: string }>`select ${text} as text`.execute(db));
  assert.deepEqual(
    answer.rows.map((row) => row.text),
    [text],
  );
});

test('a server without encryption is refused where sslmode asks for it', async (t) => {
  const port = await listenSilently(t, (socket) => void socket.once('data', () => socket.write('N')));
  const config = readDatabase({ DATABASE_URL: `postgres://u:${WRONG_PASSWORD}@127.0.0.1:${port}/d?sslmode=require` });
  await assert.rejects(inspectDatabase(config), /takes no encrypted connections, and sslmode asks for one/);
});

test('the variables of PostgreSQL’s own programs change nothing', async (t) => {
  const foreign = { PGHOST: '192.0.2.1', PGPASSWORD: 'x', PGSSLMODE: 'verify-full', PGDATABASE: 'x', PGOPTIONS: '-c search_path=x', PGUSER: 'x' };
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  Object.assign(process.env, foreign);
  const { postgres } = databases.servers;
  assert.equal(await askName(postgres.admin), postgres.admin.database);
  const path = await withDatabase(postgres.admin, ({ db }) => sql<{ path: string }>`select current_setting('search_path') as path`.execute(db));
  assert.match(path.rows[0]?.path ?? '', /public/);
});

test('a chosen path is where SQLite writes, and its folder is made', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-path-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const config = readDatabase({ DATABASE_PATH: join(folder, 'deep', 'down', 'ledger.db') }) as { path: string; kind: 'sqlite' };
  await settleOne(new StoreFolder(t, config));
  assert.match(readFileSync(config.path, 'latin1'), /^SQLite format 3/);
});

async function settleOne(folder: StoreFolder): Promise<void> {
  const store = await folder.open();
  store.journal.settle(exchangeRecord('one'), () => {});
  await store.close();
}

function askName(config: DatabaseConfig): Promise<string> {
  return withDatabase(config, askNameOf);
}

async function askNameOf({ db, label }: Awaited<ReturnType<typeof openDatabase>>): Promise<string> {
  const { rows } = await sql<{ name: string }>`select ${sql.raw(label.startsWith('postgres') ? 'current_database()' : 'database()')} as name`.execute(
    db,
  );
  return rows[0]?.name ?? '';
}

async function isEncrypted(config: DatabaseConfig): Promise<boolean> {
  const question: Partial<Record<DatabaseKind, string>> = {
    postgres: 'select case when ssl then 1 else 0 end as answer from pg_stat_ssl where pid = pg_backend_pid()',
    mysql: `select variable_value <> '' as answer from information_schema.session_status where variable_name = 'Ssl_cipher'`,
  };
  return withDatabase(config, async ({ db }) => {
    const { rows } = await sql.raw<{ answer: number }>(question[config.kind] ?? '').execute(db);
    return rows[0]?.answer === 1;
  });
}

/** A port that takes connections, for the time of the test. */
function listenSilently(t: TestContext, onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onSocket(socket);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}
