import type { ExchangeRecord, OpenRecord } from '../../src/domain/exchange-record.ts';
import type { ExchangeId, ProviderId, ProviderKeyId, PublicModel, UpstreamModel, VirtualKeyId } from '../../src/domain/ids.ts';

const shared = {
  startedAt: Date.UTC(2026, 10, 20, 12),
  protocol: 'openai-chat',
  endpoint: '/v1/chat/completions',
  publicModel: 'fast' as PublicModel,
  provider: 'openai-main' as ProviderId,
  upstreamModel: 'gpt-4o-mini' as UpstreamModel,
  virtualKeyId: 'team-a' as VirtualKeyId,
  keyId: 'k-0123abcd' as ProviderKeyId,
  stream: false,
} as const;

export function openRecord(id: string, changes: Partial<OpenRecord> = {}): OpenRecord {
  return { ...shared, id: id as ExchangeId, estimatedInput: 120, reservedOutput: 1024, ...changes };
}

export function exchangeRecord(id: string, changes: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return {
    ...shared,
    id: id as ExchangeId,
    durationMs: 812.5,
    firstByteMs: 301.25,
    status: 200,
    outcome: 'ok',
    errorCode: null,
    method: 'POST',
    answeredModel: 'gpt-4o-mini-2024-07-18',
    usage: { input: 100, cacheRead: 20, cacheWrite: 0, output: 50, reasoning: 10, audioInput: 0, audioOutput: 0, provenance: 'measured' },
    costMicroUsd: 45,
    priceVersion: '2026.9.22',
    attempts: [
      {
        provider: shared.provider,
        model: shared.upstreamModel,
        keyId: shared.keyId,
        status: 200,
        outcome: 'ok',
        startedAt: shared.startedAt,
        durationMs: 800,
      },
    ],
    trace: { candidates: ['openai-main/gpt-4o-mini'], rejected: [], moreRejected: 0, resolvedBy: 'listed' },
    clientRequestId: null,
    revision: 3,
    ...changes,
  };
}
