import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkVirtualKeys } from './check-virtual-keys.ts';
import { ConfigError } from './config-error.ts';
import { ConfigProblems } from './config-problems.ts';
import type { VirtualKeyConfig } from './schema/gateway-config-schema.ts';
import { secretDigest } from './secret-digest.ts';

const hash = (secret: string): string => `sha256:${secretDigest(secret)}`;

/** `path message` of everything that is wrong. */
function problemsOf(...keys: readonly VirtualKeyConfig[]): readonly string[] {
  const problems = new ConfigProblems({ source: 'test', locate: () => null });
  checkVirtualKeys(keys, new Set(), problems);
  try {
    problems.throwIfAny();
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems.map(({ path, message }) => `${path} ${message}`) : assert.fail(String(error));
  }
}

test('no secret opens two doors, whether it is present or of old', () => {
  const rotated = { id: 'a', secretHash: hash('present-1'), previousSecretHash: hash('previous'), previousUntil: '2027-01-01' };
  assert.deepEqual(problemsOf(rotated, { id: 'b', secret: 'other' }), []);
  assert.deepEqual(problemsOf(rotated, { id: 'b', secret: 'previous' }), ['virtualKeys[1].secret repeats the secret of virtualKeys[0]']);
  assert.deepEqual(problemsOf({ id: 'b', secret: 'previous' }, rotated), ['virtualKeys[1].previousSecretHash repeats the secret of virtualKeys[0]']);
  assert.deepEqual(problemsOf({ ...rotated, previousSecretHash: hash('present-1') }), [
    'virtualKeys[0].previousSecretHash repeats the secret of virtualKeys[0]',
  ]);
});

test('a secret of old stands beside the time until which it works', () => {
  const key = { id: 'a', secret: 'present-1' };
  assert.deepEqual(problemsOf({ ...key, previousSecretHash: hash('p') }), [
    'virtualKeys[0].previousSecretHash needs the field "previousUntil" beside it',
  ]);
  assert.deepEqual(problemsOf({ ...key, previousUntil: '2027-01-01' }), [
    'virtualKeys[0].previousUntil needs the field "previousSecretHash" beside it',
  ]);
  assert.match(
    problemsOf({ ...key, previousSecretHash: hash('p'), previousUntil: 'soon' })[0] ?? '',
    /^virtualKeys\[0\]\.previousUntil must be a date/,
  );
});
