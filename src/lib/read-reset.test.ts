import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReset } from './read-reset.ts';

const NOW = Date.UTC(2026, 5, 10, 12);

test('reads every way in which vendors write the end of a window', () => {
  const cases: Readonly<Record<string, number>> = {
    '12ms': NOW + 12,
    '6m0s': NOW + 360_000,
    '34.4s': NOW + 34_400,
    '1h2m3s': NOW + 3_723_000,
    '1m30.951s': NOW + 90_951,
    '20': NOW + 20_000,
    '0': NOW,
    '0.5': NOW + 500,
    '1781092800': 1_781_092_800_000,
    '1781092800123': 1_781_092_800_123,
    '2026-06-10T12:00:30Z': NOW + 30_000,
    'Wed, 10 Jun 2026 12:00:05 GMT': NOW + 5000,
  };
  for (const [written, expected] of Object.entries(cases)) assert.equal(readReset(written, NOW), expected, written);
});

test('what cannot be read is no time', () => {
  for (const written of [undefined, '', '-5', 'soon', 's', '5 apples', '1'.repeat(50)]) assert.equal(readReset(written, NOW), -1, String(written));
});
