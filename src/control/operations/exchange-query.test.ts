import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperationError } from '../operation-error.ts';
import { exchangeFilterOf } from './exchange-query.ts';
import { windowOf } from './time-window.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const HOUR = 3_600_000;

const isWrong =
  (path: string) =>
  (error: unknown): boolean =>
    error instanceof OperationError && error.status === 400 && error.problems[0]?.path === path;

test('times are epoch ms or ISO, and anything else is refused by its path', () => {
  assert.deepEqual(exchangeFilterOf({ from: '1763640000000', before: '2026-11-20' }), {
    fromMs: 1_763_640_000_000,
    beforeMs: Date.UTC(2026, 10, 20),
  });
  assert.deepEqual(exchangeFilterOf({ from: '2026-11-20T10:00:00+02:00' }), { fromMs: Date.UTC(2026, 10, 20, 8) });
  for (const text of ['yesterday', '2026-02-30', '-5', '1e9']) assert.throws(() => exchangeFilterOf({ from: text }), isWrong('from'), text);
});

test('a status is one status or a class of them', () => {
  assert.deepEqual(exchangeFilterOf({ status: '429' }), { status: 429 });
  assert.deepEqual(exchangeFilterOf({ status: '4xx' }), { statusClass: 4 });
  assert.deepEqual(exchangeFilterOf({ status: '5XX' }), { statusClass: 5 });
  for (const status of ['', '6xx', '4x', 'ok', '4xxx']) assert.throws(() => exchangeFilterOf({ status }), isWrong('status'), status);
});

test('a key may bring its provider, and must be of the one that is named', () => {
  assert.deepEqual(exchangeFilterOf({ key: 'k-1' }), { keyId: 'k-1' });
  assert.deepEqual(exchangeFilterOf({ key: 'openai/k-1' }), { provider: 'openai', keyId: 'k-1' });
  assert.deepEqual(exchangeFilterOf({ key: 'openai/k-1', provider: 'openai' }), { provider: 'openai', keyId: 'k-1' });
  assert.throws(() => exchangeFilterOf({ key: 'openai/k-1', provider: 'other' }), isWrong('key'));
});

test('a dash means anonymous callers, and an empty search nothing', () => {
  assert.deepEqual(exchangeFilterOf({ virtualKey: '-', q: '  ' }), { virtualKeyId: null });
  assert.deepEqual(exchangeFilterOf({ virtualKey: 'team-a', q: ' gpt ' }), { virtualKeyId: 'team-a', search: 'gpt' });
});

test('a window is a period until now or what from and before say', () => {
  assert.deepEqual(windowOf({}, NOON), { fromMs: NOON - 24 * HOUR, beforeMs: NOON });
  assert.deepEqual(windowOf({ period: '7d' }, NOON), { fromMs: NOON - 7 * 24 * HOUR, beforeMs: NOON });
  assert.deepEqual(windowOf({ from: String(NOON - 5) }, NOON), { fromMs: NOON - 5, beforeMs: NOON });
  assert.deepEqual(windowOf({ period: '30d', before: '2026-11-20' }, NOON).beforeMs, Date.UTC(2026, 10, 20));
  assert.throws(() => windowOf({ period: '7d', from: '5' }, NOON), isWrong('period'));
  assert.throws(() => windowOf({ from: String(NOON) }, NOON), isWrong('from'));
});
