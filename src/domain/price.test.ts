import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FUZZ_RUNS } from '../../test/support/fuzz-runs.ts';
import { costMicroUsd, type Price } from './price.ts';
import { NO_USAGE, totalTokens, type Usage } from './usage.ts';

const used = (figures: Partial<Usage>): Usage => ({ ...NO_USAGE, provenance: 'measured', ...figures });

test('dollars per million tokens are micro-dollars per token', () => {
  assert.equal(costMicroUsd(used({ input: 1000, output: 200 }), { input: 2.5, output: 10 }), 2500 + 2000);
});

test('the cost is a whole number, rounded half up once for the whole row', () => {
  assert.equal(costMicroUsd(used({ input: 1 }), { input: 0.5 }), 1);
  assert.equal(costMicroUsd(used({ input: 1 }), { input: 0.49 }), 0);
  assert.equal(costMicroUsd(used({ input: 3 }), { input: 0.5 }), 2);
  assert.equal(costMicroUsd(used({ input: 1, output: 1 }), { input: 0.3, output: 0.2 }), 1, 'classes are added before rounding');
  assert.equal(costMicroUsd(used({ input: 3 }), { input: 0.15 }), 0, '0.45');
  assert.equal(costMicroUsd(used({ input: 100 }), { input: 1.005 }), 101, '100.5 comes out a hair below itself in binary');
});

test('each class has its price; absent ones fall back to input or output', () => {
  const usage = used({ input: 100, cacheRead: 1000, cacheWrite: 10, output: 50, reasoning: 20, audioInput: 30, audioOutput: 5 });
  const all: Price = { input: 1, output: 10, cacheRead: 0.1, cacheWrite: 1.25, reasoning: 20, audioInput: 3, audioOutput: 40, perRequest: 0.001 };
  assert.equal(costMicroUsd(usage, all), Math.round(70 * 1 + 30 * 3 + 1000 * 0.1 + 10 * 1.25 + 25 * 10 + 20 * 20 + 5 * 40 + 1000 + 1e-9));
  assert.equal(costMicroUsd(usage, { input: 1, output: 10 }), 100 + 1000 + 10 + 500);
  assert.equal(costMicroUsd(usage, { output: 10 }), 500);
  assert.equal(costMicroUsd(usage, {}), 0);
});

test('a cache price of 0 is a price, not an absent one', () => {
  assert.equal(costMicroUsd(used({ cacheRead: 1000 }), { input: 1, cacheRead: 0 }), 0);
});

test('parts that exceed their whole are not paid back', () => {
  assert.equal(costMicroUsd(used({ output: 10, reasoning: 50 }), { output: 1 }), 50);
  assert.equal(costMicroUsd(used({ input: 10, audioInput: 50 }), { input: 1 }), 50);
});

/** The same with whole numbers only: prices in ten-thousandths of a micro-dollar. */
function exactCost(usage: Usage, price: Readonly<Record<'input' | 'output' | 'cacheRead' | 'cacheWrite', number>>): number {
  const parts = [
    [usage.input, price.input],
    [usage.output, price.output],
    [usage.cacheRead, price.cacheRead],
    [usage.cacheWrite, price.cacheWrite],
  ] as const;
  const total = parts.reduce((sum, [count, each]) => sum + BigInt(count) * BigInt(each), 0n);
  return Number((total + 5000n) / 10_000n);
}

test('decimal prices are met exactly, and the sum of rows is a whole number', () => {
  const tokens = fc.integer({ min: 0, max: 2_000_000 });
  const tenThousandths = fc.integer({ min: 0, max: 1_000_000 });
  const row = fc.record({
    usage: fc.record({ input: tokens, output: tokens, cacheRead: tokens, cacheWrite: tokens }),
    price: fc.record({ input: tenThousandths, output: tenThousandths, cacheRead: tenThousandths, cacheWrite: tenThousandths }),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
      let sum = 0;
      let exactSum = 0;
      for (const { usage, price } of rows) {
        const whole = used(usage);
        const cost = costMicroUsd(whole, Object.fromEntries(Object.entries(price).map(([name, each]) => [name, each / 10_000])));
        assert.equal(cost, exactCost(whole, price));
        sum += cost;
        exactSum += exactCost(whole, price);
      }
      assert.equal(sum, exactSum);
      assert.ok(Number.isSafeInteger(sum));
    }),
    { numRuns: FUZZ_RUNS },
  );
});

test('all tokens are those in and out, cache classes included, parts not twice', () => {
  assert.equal(totalTokens(used({ input: 1, cacheRead: 10, cacheWrite: 100, output: 1000, reasoning: 500, audioInput: 1, audioOutput: 2 })), 1111);
});
