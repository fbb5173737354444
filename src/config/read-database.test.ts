import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBootstrap } from './bootstrap.ts';
import { databaseLabel, type DatabaseConfig } from './database-config.ts';

const SECRET = 'a-secret-of-the-database';

const read = (environment: Record<string, string>): DatabaseConfig => readBootstrap(environment, { workingDirectory: '/work' }).database;
const warningsOf = (environment: Record<string, string>): readonly string[] => readBootstrap(environment, { workingDirectory: '/work' }).warnings;

test('a URL wins over DB_TYPE, that over a path, and that over the data folder', () => {
  const parts = { DB_TYPE: 'mysql', DB_HOST: 'parts' };
  const paths = { DATABASE_PATH: 'one.db', DB_PATH: 'two.db' };
  assert.equal(databaseLabel(read({ DATABASE_URL: 'postgres://u@url/d', DB_URL: 'mysql://u@other/d', ...parts, ...paths })), 'postgres://url:5432/d');
  assert.equal(databaseLabel(read({ DB_URL: 'mysql://u@other/d', ...parts, ...paths })), 'mysql://other:3306/d');
  assert.equal(databaseLabel(read({ ...parts, ...paths })), 'mysql://parts:3306/headgate');
  assert.equal(databaseLabel(read({ ...paths })), '/work/one.db');
  assert.equal(databaseLabel(read({ DB_TYPE: 'sqlite', DB_HOST: 'ignored', DB_PATH: 'two.db' })), '/work/two.db');
  assert.equal(databaseLabel(read({ DATA_DIR: '/var/data' })), '/var/data/headgate.db');
});

const URLS: Readonly<Record<string, Partial<Extract<DatabaseConfig, { kind: 'postgres' | 'mysql' }>>>> = {
  'postgres://u:p@h/d': { kind: 'postgres', host: 'h', port: 5432, user: 'u', password: 'p', database: 'd', tls: null },
  'postgresql://u@h:6432/d': { kind: 'postgres', port: 6432, password: '' },
  'POSTGRES://u@h/d': { kind: 'postgres' },
  'postgresql+asyncpg://u@h/d': { kind: 'postgres' },
  'mysql+pymysql://u@h/d': { kind: 'mysql', port: 3306 },
  'mariadb://u@h/d': { kind: 'mysql' },
  'postgres://u%40x:p%2F%3A%40%25%23@h/d%2F1': { user: 'u@x', password: 'p/:@%#', database: 'd/1' },
  'postgres://u@[::1]:5433/d': { host: '::1', port: 5433 },
  'postgres://u@%2Frun%2Fpostgresql/d': { host: '/run/postgresql' },
  'postgres://u@ignored/d?host=/run/postgresql': { host: '/run/postgresql' },
  'mysql://u@ignored/d?socket=/run/mysqld/mysqld.sock': { host: '/run/mysqld/mysqld.sock' },
  'postgres://u@h/d?sslmode=disable': { tls: null },
  'postgres://u@h/d?sslmode=require': { tls: { verify: 'nothing', caFile: null } },
  'postgres://u@h/d?sslmode=require&sslrootcert=ca.pem': { tls: { verify: 'issuer', caFile: '/work/ca.pem' } },
  'postgres://u@h/d?sslmode=verify-ca': { tls: { verify: 'issuer', caFile: null } },
  'postgres://u@h/d?sslmode=verify-full&sslrootcert=/etc/ca.pem': { tls: { verify: 'issuer and name', caFile: '/etc/ca.pem' } },
  'mysql://u@h/d?ssl-mode=VERIFY_IDENTITY&ssl-ca=/etc/ca.pem': { tls: { verify: 'issuer and name', caFile: '/etc/ca.pem' } },
};

for (const [url, expected] of Object.entries(URLS)) {
  test(`${url} is read part by part`, () => {
    const config = read({ DATABASE_URL: url });
    assert.deepEqual({ ...config, ...expected }, config);
  });
}

const FILES: Readonly<Record<string, string>> = {
  'sqlite:data.db': '/work/data.db',
  'sqlite:./data/a.db': '/work/data/a.db',
  'sqlite://data/a.db': '/work/data/a.db',
  'sqlite:///var/a.db': '/var/a.db',
  'sqlite:////var/a.db': '/var/a.db',
  'sqlite:///./data/a.db': '/work/data/a.db',
  'sqlite+aiosqlite:///var/a.db': '/var/a.db',
};

for (const [url, path] of Object.entries(FILES)) {
  test(`${url} is the file ${path}`, () => {
    assert.deepEqual(read({ DATABASE_URL: url }), { kind: 'sqlite', path });
  });
}

const BAD: readonly (readonly [environment: Record<string, string>, expected: RegExp])[] = [
  [{ DATABASE_URL: `mongodb://u:${SECRET}@h/d` }, /DATABASE_URL: must begin with postgres:\/\//u],
  [{ DATABASE_URL: SECRET }, /DATABASE_URL: must begin with/u],
  [{ DB_URL: `postgres://u:${SECRET}/x@h/d` }, /DB_URL: is no address that can be read/u],
  [{ DATABASE_URL: `postgres://u:${SECRET}%zz@h/d` }, /DATABASE_URL: is no address that can be read/u],
  [{ DATABASE_URL: `postgres://u:${SECRET}@h` }, /must name a database, as postgres:/u],
  [{ DATABASE_URL: 'mysql://h/d' }, /must name a user, as mysql:/u],
  [{ DATABASE_URL: 'postgres:d' }, /must name a host and a user/u],
  [{ DATABASE_URL: `postgres://u:${SECRET}@a,b/d` }, /names several hosts/u],
  [{ DATABASE_URL: `postgres://u:${SECRET}@h/d?sslmode=prefer` }, /sslmode must be disable, require, verify-ca or verify-full/u],
  [{ DATABASE_URL: `postgres://u:${SECRET}@h/d?sslrootcert=/ca.pem` }, /no sslmode that encrypts/u],
  [{ DATABASE_URL: 'sqlite::memory:' }, /must name a file/u],
  [{ DATABASE_URL: 'sqlite://' }, /must name a file/u],
  [{ DB_TYPE: 'oracle' }, /DB_TYPE: must be sqlite, postgres or mysql/u],
  [{ DB_TYPE: 'mysql', DB_PORT: '70000' }, /DB_PORT: must be a whole number/u],
];

for (const [environment, expected] of BAD) {
  test(`refuses ${Object.entries(environment).join().replace(SECRET, '…')} with a sentence that holds no password`, () => {
    assert.throws(
      () => read(environment),
      (error) => error instanceof Error && expected.test(error.message) && !error.message.includes(SECRET),
    );
  });
}

test('what has no effect is said at the start', () => {
  assert.deepEqual(warningsOf({}), []);
  assert.match(warningsOf({ DB_HOST: 'db' }).join(), /DB_HOST has no effect without DB_TYPE/u);
  const odd = warningsOf({ DATABASE_URL: `postgres://u:${SECRET}@h/d?channel_binding=${SECRET}` }).join();
  assert.match(odd, /the parameter channel_binding is not known here and has no effect/u);
  assert.ok(!odd.includes(SECRET));
});

test('a label names no user and no password', () => {
  assert.equal(databaseLabel(read({ DATABASE_URL: `postgres://user:${SECRET}@[::1]/d` })), 'postgres://[::1]:5432/d');
  assert.equal(databaseLabel(read({ DATABASE_URL: `mysql://user:${SECRET}@x/d?socket=/run/s` })), 'mysql:/run/s/d');
});
