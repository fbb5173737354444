import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readForeignAddress } from './read-foreign-address.ts';

const SERVER = { host: 'db.test', user: 'app', password: 'p@ss', database: 'old', tls: null };

test('paths and URLs are read, also in the forms of Go and SQLAlchemy', () => {
  assert.deepEqual(readForeignAddress('data/old.db', '/srv'), { kind: 'sqlite', path: '/srv/data/old.db' });
  assert.deepEqual(readForeignAddress('sqlite:./old.db', '/srv'), { kind: 'sqlite', path: '/srv/old.db' });
  assert.deepEqual(readForeignAddress('postgresql+asyncpg://app:p%40ss@db.test/old', '/'), { kind: 'postgres', port: 5432, ...SERVER });
  assert.deepEqual(readForeignAddress('mysql://app:p%40ss@tcp(db.test:3307)/old?charset=utf8mb4&parseTime=True&loc=Local', '/'), {
    kind: 'mysql',
    port: 3307,
    ...SERVER,
  });
});

test('an address that cannot be read is refused without being repeated', () => {
  for (const address of [
    'mongodb://app:hunter2@db.test/old',
    'postgres://app:hunter2@/old',
    'mysql://app:hunter2@db.test',
    'mysql://app:hunter2@db.test/old?sslmode=maybe',
  ])
    assert.throws(
      () => readForeignAddress(address, '/'),
      (error: Error) => error.message.startsWith('The address of the database to import ') && !error.message.includes('hunter2'),
      address,
    );
});
