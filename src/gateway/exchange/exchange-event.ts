import type { ExchangeRecord } from '../../domain/exchange-record.ts';
import type { ExchangeEvent } from '../../ports/event-feed.ts';

/** What listeners hear of an exchange: a part of its record. */
export function exchangeEvent(record: ExchangeRecord): ExchangeEvent {
  const { usage } = record;
  return {
    type: 'exchange',
    id: record.id,
    startedAtMs: record.startedAt,
    model: record.publicModel,
    provider: record.provider,
    key: record.keyId,
    virtualKey: record.virtualKeyId,
    status: record.status,
    outcome: record.outcome,
    durationMs: record.durationMs,
    attempts: record.attempts.length,
    inputTokens: usage.input + usage.cacheRead + usage.cacheWrite,
    outputTokens: usage.output,
    costMicroUsd: record.costMicroUsd,
  };
}
