import type { AttemptRecord, ExchangeRecord, Outcome } from '../domain/exchange-record.ts';
import type { DecisionTrace } from '../domain/decision.ts';
import type { ExchangeId, ProviderId, ProviderKeyId, VirtualKeyId } from '../domain/ids.ts';
import type { ExchangeProtocol } from '../domain/protocol.ts';
import type { Usage } from '../domain/usage.ts';
import type { ExchangesTable } from './tables.ts';

/** A row of the ledger as the record that it was made from. */
export function exchangeOfRow(row: ExchangesTable): ExchangeRecord {
  return {
    id: row.id as ExchangeId,
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    firstByteMs: row.first_byte_ms,
    status: row.status,
    outcome: row.outcome as Outcome,
    errorCode: row.error_code,
    protocol: row.protocol as ExchangeProtocol,
    method: row.method,
    endpoint: row.endpoint,
    publicModel: row.public_model,
    provider: row.provider as ProviderId | null,
    upstreamModel: row.upstream_model,
    answeredModel: row.answered_model,
    virtualKeyId: row.virtual_key_id as VirtualKeyId | null,
    keyId: row.key_id as ProviderKeyId | null,
    stream: row.stream === 1,
    usage: usageOf(row),
    costMicroUsd: row.cost_micro_usd,
    priceVersion: row.price_version,
    attempts: JSON.parse(row.attempts) as readonly AttemptRecord[],
    trace: row.trace === null ? null : (JSON.parse(row.trace) as DecisionTrace),
    clientRequestId: row.client_request_id,
    revision: row.revision,
  };
}

function usageOf(row: ExchangesTable): Usage {
  return {
    input: row.usage_input,
    cacheRead: row.usage_cache_read,
    cacheWrite: row.usage_cache_write,
    output: row.usage_output,
    reasoning: row.usage_reasoning,
    audioInput: row.usage_audio_input,
    audioOutput: row.usage_audio_output,
    provenance: row.usage_provenance as Usage['provenance'],
  };
}
