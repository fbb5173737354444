import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { findMasterKey } from './find-master-key.ts';
import { makeKeyCheck } from './key-check.ts';
import { createMasterKeyFile, readMasterKeyFile, stageNextMasterKey } from './master-key-file.ts';
import { generateMasterKey, serialiseMasterKey } from './master-key.ts';

function keyPath(t: TestContext): { readonly folder: string; readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'master-key-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, path: join(folder, 'master.key') };
}

test('the first start makes the key file, for its owner only, and the next one reads it', (t) => {
  const { folder, path } = keyPath(t);
  const made = findMasterKey({ environmentValue: null, path, keyCheck: null });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ['master.key']);
  assert.equal(findMasterKey({ environmentValue: null, path, keyCheck: makeKeyCheck(made) }).id, made.id);
});

test('a key in the environment wins, and no file is made', (t) => {
  const { folder, path } = keyPath(t);
  const key = generateMasterKey();
  assert.equal(findMasterKey({ environmentValue: serialiseMasterKey(key), path, keyCheck: makeKeyCheck(key) }).id, key.id);
  assert.deepEqual(readdirSync(folder), []);
});

test('a missing key is never replaced by a new one while sealed secrets are stored', (t) => {
  const { folder, path } = keyPath(t);
  const keyCheck = makeKeyCheck(generateMasterKey());
  assert.throws(() => findMasterKey({ environmentValue: null, path, keyCheck }), {
    code: 'missing-master-key',
    message: /put the file back or set HEADGATE_MASTER_KEY/u,
  });
  assert.deepEqual(readdirSync(folder), []);
});

test('a wrong key is told with its place, and nothing is written', (t) => {
  const { folder, path } = keyPath(t);
  const keyCheck = makeKeyCheck(generateMasterKey());
  createMasterKeyFile(path, generateMasterKey());
  const before = readFileSync(path);
  assert.throws(() => findMasterKey({ environmentValue: null, path, keyCheck }), { code: 'wrong-master-key', message: /master\.key does not open/u });
  const environmentValue = serialiseMasterKey(generateMasterKey());
  assert.throws(() => findMasterKey({ environmentValue, path, keyCheck }), {
    code: 'wrong-master-key',
    message: /HEADGATE_MASTER_KEY does not open/u,
  });
  assert.deepEqual(readFileSync(path), before);
  assert.deepEqual(readdirSync(folder), ['master.key']);
});

test('of two processes that start at once both have the same key', (t) => {
  const { folder, path } = keyPath(t);
  const key = generateMasterKey();
  assert.equal(createMasterKeyFile(path, key), true);
  assert.equal(createMasterKeyFile(path, generateMasterKey()), false);
  assert.equal(readMasterKeyFile(path)?.id, key.id);
  assert.deepEqual(readdirSync(folder), ['master.key']);
});

test('a rotation that died before its transaction goes on with the old key', (t) => {
  const { path } = keyPath(t);
  const old = generateMasterKey();
  createMasterKeyFile(path, old);
  const next = stageNextMasterKey(path);
  assert.equal(findMasterKey({ environmentValue: null, path, keyCheck: makeKeyCheck(old) }).id, old.id);
  assert.equal(readMasterKeyFile(path)?.id, old.id);
  assert.equal(stageNextMasterKey(path).id, next.id, 'and the next rotation takes up the key that is there');
});

test('a rotation that died after its transaction is ended by the next start', (t) => {
  const { folder, path } = keyPath(t);
  createMasterKeyFile(path, generateMasterKey());
  const next = stageNextMasterKey(path);
  assert.equal(findMasterKey({ environmentValue: null, path, keyCheck: makeKeyCheck(next) }).id, next.id);
  assert.equal(readMasterKeyFile(path)?.id, next.id);
  assert.deepEqual(readdirSync(folder), ['master.key']);
});

test('a key file that everybody may read, or that holds no key, is refused', (t) => {
  const { path } = keyPath(t);
  createMasterKeyFile(path, generateMasterKey());
  chmodSync(path, 0o644);
  assert.throws(() => readMasterKeyFile(path), { code: 'bad-master-key', message: /can be read by everybody/u });
  chmodSync(path, 0o640);
  assert.notEqual(readMasterKeyFile(path), null);
  writeFileSync(path, '');
  assert.throws(() => readMasterKeyFile(path), { code: 'bad-master-key', message: /master\.key is not a master key/u });
});
