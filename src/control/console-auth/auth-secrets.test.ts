import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadAuthSecrets } from './auth-secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'headgate-secrets-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('makes a secret at the first start, in a file that only its owner reads, and keeps it', () => {
  const path = join(folder, 'jwt.secret');
  const first = loadAuthSecrets(null, path);
  const text = readFileSync(path, 'utf8');
  assert.equal(text.trim(), first.jwtSecret);
  if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(loadAuthSecrets('', path), first);
  assert.equal(readFileSync(path, 'utf8'), text);
  assert.deepEqual(readdirSync(folder), ['jwt.secret'], 'no draft is left');
});

test('takes JWT_SECRET before the file, and makes no file then', () => {
  const path = join(folder, 'unused.secret');
  const given = 'q8Zt2mXw5Rk1Vb7Ny4Lc9Hd3Fs6Gj0Pa';
  assert.equal(loadAuthSecrets(given, path).jwtSecret, given);
  assert.deepEqual(readdirSync(folder).includes('unused.secret'), false);
  assert.deepEqual(loadAuthSecrets(given, path), loadAuthSecrets(given, path), 'replicas derive the same keys');
});

test('derives keys that are neither the secret nor each other', () => {
  const { jwtSecret, csrfKey, transactionKey } = loadAuthSecrets('q8Zt2mXw5Rk1Vb7Ny4Lc9Hd3Fs6Gj0Pa', '');
  const keys = [csrfKey, transactionKey].map((key) => Buffer.from(key).toString('hex'));
  assert.deepEqual([csrfKey.length, transactionKey.length, new Set(keys).size], [32, 32, 2]);
  assert.ok(!keys.includes(Buffer.from(jwtSecret).toString('hex')));
});

test('refuses short and well-known secrets with a sentence that does not repeat them', () => {
  const path = join(folder, 'never.secret');
  for (const weak of ['hunter22', 'your-super-secret-jwt-key-change-this-in-production', 'a'.repeat(64)]) {
    assert.throws(
      () => loadAuthSecrets(weak, path),
      (error: Error) => error.message.startsWith('JWT_SECRET ') && !error.message.includes(weak),
    );
  }
});

test('refuses a file that was cut, and leaves it as it is', () => {
  const path = join(folder, 'cut.secret');
  writeFileSync(path, 'abc', { mode: 0o600 });
  assert.throws(() => loadAuthSecrets(null, path), /cut\.secret holds no secret/u);
  assert.equal(readFileSync(path, 'utf8'), 'abc');
});
