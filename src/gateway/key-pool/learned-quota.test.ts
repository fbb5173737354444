import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProviderKeyId } from '../../domain/ids.ts';
import { blankKeyState } from '../../ports/blank-live-state.ts';
import type { KeyState } from '../../ports/live-state.ts';
import { headroom, learnQuota, reserveQuota } from './learned-quota.ts';

const NOW = Date.UTC(2026, 5, 10, 12);

function learned(headers: Readonly<Record<string, string>>): KeyState {
  const state = blankKeyState('k' as ProviderKeyId);
  learnQuota(state, 'm', (name) => headers[name], NOW);
  return state;
}

test('reads the quota headers of OpenAI', () => {
  const state = learned({
    'x-ratelimit-limit-requests': '100',
    'x-ratelimit-remaining-requests': '25',
    'x-ratelimit-reset-requests': '12ms',
    'x-ratelimit-limit-tokens': '1000',
    'x-ratelimit-remaining-tokens': '900',
    'x-ratelimit-reset-tokens': '6m0s',
  });
  assert.deepEqual(state.quotas?.get('m'), {
    requestsLimit: 100,
    requestsRemaining: 25,
    requestsResetMs: NOW + 12,
    tokensLimit: 1000,
    tokensRemaining: 900,
    tokensResetMs: NOW + 360_000,
    seenAtMs: NOW,
  });
});

test('reads the quota headers of Anthropic', () => {
  const state = learned({
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '10',
    'anthropic-ratelimit-requests-reset': new Date(NOW + 30_000).toISOString(),
  });
  assert.equal(state.quotas?.get('m')?.requestsResetMs, NOW + 30_000);
  assert.equal(headroom(state, 'm', NOW), 0.2);
});

test('the scarcer of requests and tokens is the headroom, until its window ends', () => {
  const state = learned({
    'x-ratelimit-limit-requests': '100',
    'x-ratelimit-remaining-requests': '80',
    'x-ratelimit-limit-tokens': '1000',
    'x-ratelimit-remaining-tokens': '300',
    'x-ratelimit-reset-tokens': '10s',
  });
  assert.equal(headroom(state, 'm', NOW), 0.3);
  assert.equal(headroom(state, 'm', NOW + 10_000), 0.8);
  assert.equal(headroom(state, 'another model', NOW), 1);
});

test('a request reserves what it is expected to take, until the next answer tells the truth', () => {
  const state = learned({ 'x-ratelimit-limit-tokens': '1000', 'x-ratelimit-remaining-tokens': '500' });
  reserveQuota(state, 'm', 200);
  assert.equal(headroom(state, 'm', NOW), 0.3);
  reserveQuota(state, 'm', 9000);
  assert.equal(headroom(state, 'm', NOW), 0);
  learnQuota(state, 'm', (name) => ({ 'x-ratelimit-limit-tokens': '1000', 'x-ratelimit-remaining-tokens': '450' })[name], NOW);
  assert.equal(headroom(state, 'm', NOW), 0.45);
});

test('headers that say nothing readable teach nothing', () => {
  for (const headers of [
    {},
    { 'x-ratelimit-remaining-requests': 'many' },
    { 'x-ratelimit-limit-tokens': '5' },
    { 'x-ratelimit-remaining-tokens': '-5' },
  ]) {
    assert.equal(learned(headers).quotas, null, JSON.stringify(headers));
  }
});
