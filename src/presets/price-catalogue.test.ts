import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadBundledPrices } from './price-catalogue.ts';
import type { PriceFile } from './read-price-file.ts';
import { PRESETS } from './presets.ts';
import bundled from './prices.generated.json' with { type: 'json' };

const FILE: PriceFile = {
  version: 'v1',
  figures: ['input', 'output', 'cacheRead', 'contextTokens', 'maxOutputTokens'],
  vendors: {
    openai: { 'gpt-x': [1, 2, 0.5, 1000, 100], 'gpt-x-2024-08-06': [3, 4] },
    azure: {},
    openrouter: { 'openai/gpt-x': [7, 8] },
    mistral: { 'small-latest': [0.1, null] },
  },
};

test('finds a model by its exact name at its vendor, with its limits', () => {
  assert.deepEqual(loadBundledPrices(FILE).find('openai', 'gpt-x'), {
    price: { input: 1, output: 2, cacheRead: 0.5 },
    contextTokens: 1000,
    maxOutputTokens: 100,
  });
});

test('an exact name wins over the name without its version', () => {
  const prices = loadBundledPrices(FILE);
  assert.equal(prices.find('openai', 'gpt-x-2024-08-06')?.price.input, 3);
  for (const name of ['gpt-x-2025-01-01', 'gpt-x-20250101', 'gpt-x-0613', 'gpt-x-latest'])
    assert.equal(prices.find('openai', name)?.price.input, 1, name);
});

test('a vendor prefix is dropped only where the provider does not list it', () => {
  const prices = loadBundledPrices(FILE);
  assert.equal(prices.find('openrouter', 'openai/gpt-x')?.price.input, 7);
  assert.equal(prices.find('openai', 'openai/gpt-x')?.price.input, 1);
});

test('a provider without a price of its own takes that of the model’s home vendor', () => {
  const prices = loadBundledPrices(FILE);
  assert.equal(prices.find('custom', 'gpt-x')?.price.input, 1);
  assert.equal(prices.find('custom', 'small-2506')?.price.input, 0.1);
  assert.deepEqual(prices.find('custom', 'small-2506')?.price, { input: 0.1 });
  assert.equal(prices.find('custom', 'unheard-of'), undefined);
  assert.equal(prices.find('custom', 'constructor'), undefined);
});

test('a Claude model is found under the names of Amazon and Google', () => {
  const prices = loadBundledPrices();
  const price = prices.find('anthropic', 'claude-sonnet-4-5')?.price ?? assert.fail();
  for (const name of ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5@20250929'])
    assert.deepEqual(prices.find('bedrock', name)?.price, price, name);
});

test('the bundled list prices the models that everybody uses, in dollars per million tokens', () => {
  const prices = loadBundledPrices();
  assert.deepEqual(prices.find('openai', 'gpt-4o-mini')?.price, { input: 0.15, output: 0.6, cacheRead: 0.075 });
  assert.deepEqual(prices.find('anthropic', 'claude-3-5-sonnet-20241022')?.price, { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 });
  assert.equal(prices.find('gemini', 'gemini-2.5-flash')?.price.output, 2.5);
  assert.equal(prices.find('deepseek', 'deepseek-chat')?.price.output, 0.42);
  assert.match(prices.version, /^\d+\.\d+\.\d+-[0-9a-f]{8}$/u);
});

test('every vendor of the bundled list is a preset, and no figure is negative', () => {
  for (const [vendor, models] of Object.entries<PriceFile['vendors'][string]>(bundled.vendors as PriceFile['vendors'])) {
    assert.ok(PRESETS.has(vendor), vendor);
    for (const [model, row] of Object.entries(models))
      assert.ok(row.every((figure) => figure === null || figure >= 0) && row.length <= bundled.figures.length, model);
  }
});
