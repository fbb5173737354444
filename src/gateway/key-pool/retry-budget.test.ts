import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProviderId } from '../../domain/ids.ts';
import { blankPoolState } from '../../ports/blank-live-state.ts';
import { countRequest, takeRetry } from './retry-budget.ts';

const NOW = 1_000_000_000;
const BUDGET = { ratio: 0.2, floor: 10 };

function taken(requests: number, nowMs = NOW): { retries: number; more: (nowMs: number) => boolean } {
  const pool = blankPoolState('p' as ProviderId);
  for (let turn = 0; turn < requests; turn += 1) countRequest(pool, nowMs - 9000 + Math.floor((turn * 9000) / requests));
  let retries = 0;
  while (retries < 1000 && takeRetry(pool, BUDGET, nowMs)) retries += 1;
  return { retries, more: (later) => takeRetry(pool, BUDGET, later) };
}

test('retries of a provider are at most 20 % of its requests of the last 10 s plus 10', () => {
  assert.equal(taken(0).retries, 10);
  assert.equal(taken(1).retries, 11);
  assert.equal(taken(100).retries, 30);
  assert.equal(taken(1000).retries, 210);
});

test('a used-up budget fills again as the 10 s pass', () => {
  const { more } = taken(0);
  assert.equal(more(NOW + 9000), false);
  assert.equal(more(NOW + 11_000), true);
});

test('a retry that was refused takes nothing', () => {
  const pool = blankPoolState('p' as ProviderId);
  for (let turn = 0; turn < 10; turn += 1) assert.equal(takeRetry(pool, BUDGET, NOW), true);
  for (let turn = 0; turn < 50; turn += 1) assert.equal(takeRetry(pool, BUDGET, NOW), false);
  for (let turn = 0; turn < 5; turn += 1) countRequest(pool, NOW);
  assert.equal(takeRetry(pool, BUDGET, NOW), true);
  assert.equal(takeRetry(pool, BUDGET, NOW), false);
});

test('a clock that steps back an hour neither blocks the budget nor fills the memory', () => {
  const { more } = taken(0);
  const pool = blankPoolState('p' as ProviderId);
  countRequest(pool, NOW);
  for (let second = 0; second < 60; second += 1) countRequest(pool, NOW - 3_600_000 + second * 1000);
  assert.ok(pool.traffic.length <= 11, `${pool.traffic.length} slices`);
  assert.equal(more(NOW - 3_600_000), true);
});
