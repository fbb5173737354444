import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from './config-error.ts';
import { ConfigProblems } from './config-problems.ts';
import { expandEnvironment } from './expand-environment.ts';

function expand(value: unknown, environment: Record<string, string> = {}): unknown {
  const problems = new ConfigProblems({ source: 'test.yaml', locate: () => ({ line: 3, column: 9 }) });
  const expanded = expandEnvironment(value, environment, problems);
  problems.throwIfAny();
  return expanded.value;
}

test('puts variables into texts at any depth', () => {
  assert.deepEqual(expand({ a: ['x-${A}-${B}'], b: { c: '${A}' }, d: 1, e: null }, { A: 'one', B: 'two' }), {
    a: ['x-one-two'],
    b: { c: 'one' },
    d: 1,
    e: null,
  });
});

test('a default stands in for a variable that is not set or empty', () => {
  assert.equal(expand('${A:-eu}'), 'eu');
  assert.equal(expand('${A:-eu}', { A: '' }), 'eu');
  assert.equal(expand('${A:-}'), '');
  assert.equal(expand('${A:-https://x.test:80/a}'), 'https://x.test:80/a');
});

test('an empty variable without a default stays empty', () => {
  assert.equal(expand('${A}', { A: '' }), '');
});

test('$${ writes the signs themselves, and a dollar alone is nothing special', () => {
  assert.equal(expand('$${A} $A $', { A: 'no' }), '${A} $A $');
});

test('a value is never expanded again nor read as YAML', () => {
  assert.equal(expand('${A}', { A: '${B}', B: 'secret' }), '${B}');
  assert.deepEqual(expand({ a: '${A}' }, { A: 'x\nproviders: []' }), { a: 'x\nproviders: []' });
  assert.equal(expand('${A}', { A: '$&$1$`' }), '$&$1$`');
});

test('a missing variable is an error with its place and name', () => {
  assert.throws(
    () => expand({ keys: ['${OPENAI_KEY}'] }),
    (error) =>
      error instanceof ConfigError &&
      error.message === 'test.yaml:3:9 keys[0]: the environment variable OPENAI_KEY is not set; set it or write ${OPENAI_KEY:-default}.',
  );
});

test('a reference that is not closed is an error', () => {
  assert.throws(() => expand('${OPEN'), /begins no variable/u);
  assert.throws(() => expand('${a b}'), /begins no variable/u);
});
