import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPriceSearch } from './search-prices.ts';

const SEARCH = loadPriceSearch({
  version: '7-test',
  figures: ['input', 'output', 'cacheRead', 'contextTokens', 'maxOutputTokens'],
  vendors: {
    'azure-openai': { 'gpt-9': [3, 12, null, 100_000] },
    openai: { 'gpt-9': [2.5, 10, 0.25, 128_000, 16_384], 'gpt-9-mini': [0.15], 'GPT-9-Pro': [20] },
    openrouter: { 'openai/gpt-9': [2.5, 10] },
  },
});

test('scores a name of its own with 1000, its beginning with 500, a part of it with 100', () => {
  const { results, total, query } = SEARCH.search('GPT-9');
  assert.deepEqual(
    results.map(({ modelName, provider, score }) => [modelName, provider, score]),
    [
      ['gpt-9', 'openai', 1000],
      ['gpt-9', 'azure-openai', 1000],
      ['GPT-9-Pro', 'openai', 500],
      ['gpt-9-mini', 'openai', 500],
      ['openai/gpt-9', 'openrouter', 100],
    ],
  );
  assert.deepEqual({ total, query }, { total: 5, query: 'GPT-9' });
});

test('tells limits, and costs per token', () => {
  assert.deepEqual(SEARCH.find('gpt-9'), {
    modelName: 'gpt-9',
    provider: 'openai',
    maxTokens: 16_384,
    maxInputTokens: 128_000,
    maxOutputTokens: 16_384,
    inputCost: 0.0000025,
    outputCost: 0.00001,
    cacheReadCost: 0.00000025,
    cacheWriteCost: null,
  });
  assert.equal(SEARCH.find('GPT-9'), null, 'a name is looked up as it is written');
});

test('shows at most as many as were asked for, and never more than 100', () => {
  assert.equal(SEARCH.search('gpt', 2).results.length, 2);
  assert.equal(SEARCH.search('gpt', 2).total, 5);
  for (const limit of [0, -4, Number.NaN]) assert.equal(SEARCH.search('gpt', limit).results.length, 1);
  assert.equal(loadPriceSearch().search('e', 5000).results.length, 100);
});

test('finds nothing for no words', () => {
  assert.deepEqual(SEARCH.search('  '), { query: '  ', results: [], total: 0 });
});

test('counts the bundled list', () => {
  const { version, count, byProvider } = loadPriceSearch().stats();
  assert.match(version, /^\d+\.\d+\.\d+-[0-9a-f]{8}$/u);
  assert.ok((byProvider['openai'] ?? 0) > 20);
  assert.equal(
    count,
    Object.values(byProvider).reduce((sum, of) => sum + of, 0),
  );
  assert.equal(loadPriceSearch().find('gpt-4o')?.provider, 'openai');
});
