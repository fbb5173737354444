import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExchangeId } from '../../domain/ids.ts';
import type { ExchangeRecord } from '../../domain/exchange-record.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import { exchangeEvent } from './exchange-event.ts';

test('listeners hear what an exchange cost, and nothing of what its client wrote', () => {
  const record: ExchangeRecord = {
    id: '0198-1' as ExchangeId,
    startedAt: 1000,
    durationMs: 12.5,
    firstByteMs: 3,
    status: 200,
    outcome: 'ok',
    errorCode: null,
    protocol: 'openai-chat',
    method: 'POST',
    endpoint: '/v1/chat/completions',
    publicModel: 'm',
    provider: null,
    upstreamModel: 'u',
    answeredModel: 'u',
    virtualKeyId: null,
    keyId: null,
    stream: false,
    usage: { ...NO_USAGE, input: 5, cacheRead: 20, cacheWrite: 300, output: 7 },
    costMicroUsd: 99,
    priceVersion: null,
    attempts: [],
    trace: null,
    clientRequestId: 'written by the client',
    revision: 1,
  };
  assert.deepEqual(exchangeEvent(record), {
    type: 'exchange',
    id: '0198-1',
    startedAtMs: 1000,
    model: 'm',
    provider: null,
    key: null,
    virtualKey: null,
    status: 200,
    outcome: 'ok',
    durationMs: 12.5,
    attempts: 0,
    inputTokens: 325,
    outputTokens: 7,
    costMicroUsd: 99,
  });
});
