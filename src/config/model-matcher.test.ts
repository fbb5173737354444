import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchModels } from './model-matcher.ts';

function allows(patterns: readonly string[], model: string): boolean {
  return matchModels(patterns)?.(model) ?? true;
}

test('names are exact and dots are literal', () => {
  assert.equal(allows(['gpt-4.1'], 'gpt-4.1'), true);
  assert.equal(allows(['gpt-4.1'], 'gpt-4x1'), false);
  assert.equal(allows(['gpt-4.1'], 'gpt-4.1-mini'), false);
  assert.equal(allows(['gpt-4.1*'], 'gpt-4x1-mini'), false);
});

test('a star stands for any run of signs, also none', () => {
  assert.equal(allows(['gpt-4*'], 'gpt-4'), true);
  assert.equal(allows(['gpt-4*'], 'gpt-4o-mini'), true);
  assert.equal(allows(['gpt-4*'], 'xgpt-4'), false);
  assert.equal(allows(['*-mini'], 'gpt-4o-mini'), true);
  assert.equal(allows(['a*b*c'], 'a-b-b-c'), true);
  assert.equal(allows(['a*b*c'], 'acb'), false);
  assert.equal(allows(['ab*ba'], 'aba'), false);
  assert.equal(allows(['openai/*'], 'openai/gpt-4o'), true);
});

test('a star alone allows everything, so nothing is tested at all', () => {
  assert.equal(matchModels(['gpt-4', '*']), null);
});

test('agrees with the regular expression of the same meaning', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 12 });
  fc.assert(
    fc.property(
      text,
      text.map((model) => model.replaceAll('*', 'a')),
      (pattern, model) => {
        const expression = new RegExp(
          `^${pattern
            .split('*')
            .map((piece) => piece.replaceAll('.', '\\.'))
            .join('.*')}$`,
          'u',
        );
        assert.equal(allows([pattern], model), expression.test(model));
      },
    ),
    { numRuns: 500 },
  );
});

test('a hostile pattern costs no more than a long one', () => {
  const started = performance.now();
  assert.equal(allows([`${'a*'.repeat(5000)}b`], 'a'.repeat(20_000)), false);
  assert.ok(performance.now() - started < 500);
});

test('what was asked before changes no answer', () => {
  const patterns = ['gpt-4*', 'exact', '*-mini'];
  const asked = ['gpt-4o', 'exact', 'other', 'gpt-4o', 'o4-mini', '', 'other', 'other', 'exact', '', 'gpt-4o', 'x-mini', 'gpt-4'];
  const matcher = matchModels(patterns);
  assert.deepEqual(
    asked.map((model) => matcher?.(model)),
    asked.map((model) => matchModels(patterns)?.(model)),
  );
});
