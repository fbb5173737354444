import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRetryAt, readWindowEnd } from './retry-after.ts';

const NOW = Date.UTC(2026, 5, 10, 12, 0, 0, 400);
const HOUR = 3_600_000;
const after = (headers: Readonly<Record<string, string>>, body: Readonly<Record<string, unknown>> | null = null): number | null => {
  const atMs = readRetryAt(headers, body, NOW);
  return atMs === undefined ? null : atMs - NOW;
};

test('seconds, fractions of them, milliseconds and dates are read', () => {
  assert.equal(after({ 'retry-after': '2' }), 2000);
  assert.equal(after({ 'retry-after': '1.5' }), 1500);
  assert.equal(after({ 'retry-after-ms': '700' }), 700);
  assert.equal(after({ 'retry-after': 'Wed, 10 Jun 2026 12:00:03 GMT' }), 2600);
  assert.equal(after({ 'retry-after': 'Wednesday, 10-Jun-26 12:00:03 GMT' }), 2600);
});

test('milliseconds, which say more, come before seconds', () => {
  assert.equal(after({ 'retry-after-ms': '1234', 'retry-after': '9' }), 1234);
  assert.equal(after({ 'retry-after-ms': 'soon', 'retry-after': '9' }), 9000);
});

test('an absurd time is an hour', () => {
  assert.equal(after({ 'retry-after': '86400' }), HOUR);
  assert.equal(after({ 'retry-after': 'Fri, 10 Jun 2033 12:00:00 GMT' }), HOUR);
  assert.equal(after({ 'retry-after': '1e300' }), HOUR);
});

test('a time that is over, or now, still leaves a breath', () => {
  for (const value of ['0', 'Wed, 10 Jun 2026 11:00:00 GMT']) assert.equal(after({ 'retry-after': value }), 250, value);
});

test('garbage names no time', () => {
  for (const value of ['', ' ', 'soon', '-5', 'NaN', 'Infinity', '5 apples', 'x'.repeat(500), '2026']) {
    const ms = after({ 'retry-after': value });
    assert.ok(ms === null || value === '2026', value);
  }
  assert.equal(after({}), null);
});

test('the RetryInfo of Gemini is read where no header names a time', () => {
  const body = {
    error: {
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      details: [{ '@type': 'type.googleapis.com/google.rpc.Help' }, { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' }],
    },
  };
  assert.equal(after({}, body), 34_400);
  assert.equal(after({ 'retry-after': '2' }, body), 2000);
  for (const retryDelay of ['soon', '', '5', 7, null]) assert.equal(after({}, { error: { details: [{ retryDelay }] } }), null);
  for (const details of [null, 'x', {}, [null, 'x', 1]]) assert.equal(after({}, { error: { details } }), null);
});

const windowEnd = (headers: Readonly<Record<string, string>>): number | null => {
  const atMs = readWindowEnd(headers, NOW);
  return atMs === undefined ? null : atMs - NOW;
};

test('the end of the used-up window is read from the headers of the vendors', () => {
  assert.equal(
    windowEnd({
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '6m0s',
      'x-ratelimit-remaining-tokens': '10',
      'x-ratelimit-reset-tokens': '1h',
    }),
    360_000,
  );
  assert.equal(
    windowEnd({ 'anthropic-ratelimit-input-tokens-remaining': '0', 'anthropic-ratelimit-input-tokens-reset': new Date(NOW + 9000).toISOString() }),
    9000,
  );
  assert.equal(windowEnd({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String((NOW + 5600) / 1000) }), 5600);
});

test('of several used-up windows the last one counts, at most an hour', () => {
  assert.equal(
    windowEnd({
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '20',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '90',
    }),
    90_000,
  );
  assert.equal(windowEnd({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '24h0m0s' }), HOUR);
});

test('a window with something left says nothing', () => {
  assert.equal(windowEnd({ 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '20' }), null);
  assert.equal(windowEnd({ 'x-ratelimit-reset-requests': '20' }), null);
  assert.equal(windowEnd({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': 'later' }), null);
});
