import type { ExchangeRecord, OpenRecord } from '../../domain/exchange-record.ts';
import type { ExchangesTable } from '../tables.ts';

/** Longest text that every database can index. */
const INDEXED_CHARACTERS = 191;
/** What a column of 32 bits holds. */
const HIGHEST_STATUS = 2_147_483_647;

/**
 * An exchange record as a row. Records come from a file that an older release may have written,
 * so a field that is missing there becomes what the column allows instead of stopping the ledger.
 */
export function exchangeRow(record: ExchangeRecord): ExchangesTable {
  const usage = record.usage;
  return {
    id: text(record.id, 64),
    started_at: whole(record.startedAt),
    duration_ms: figure(record.durationMs),
    first_byte_ms: record.firstByteMs === null ? null : figure(record.firstByteMs),
    status: whole(record.status, HIGHEST_STATUS),
    outcome: text(record.outcome, 32),
    error_code: textOrNull(record.errorCode, 64),
    protocol: text(record.protocol, 32),
    method: text(record.method, 16),
    endpoint: text(record.endpoint, INDEXED_CHARACTERS),
    public_model: textOrNull(record.publicModel),
    provider: textOrNull(record.provider, 64),
    upstream_model: textOrNull(record.upstreamModel),
    answered_model: textOrNull(record.answeredModel),
    virtual_key_id: textOrNull(record.virtualKeyId, 64),
    key_id: textOrNull(record.keyId, 64),
    stream: record.stream ? 1 : 0,
    usage_input: whole(usage.input),
    usage_cache_read: whole(usage.cacheRead),
    usage_cache_write: whole(usage.cacheWrite),
    usage_output: whole(usage.output),
    usage_reasoning: whole(usage.reasoning),
    usage_audio_input: whole(usage.audioInput),
    usage_audio_output: whole(usage.audioOutput),
    usage_provenance: text(usage.provenance, 16),
    cost_micro_usd: whole(record.costMicroUsd),
    price_version: textOrNull(record.priceVersion, 64),
    attempts: JSON.stringify(record.attempts ?? []),
    trace: record.trace === null || record.trace === undefined ? null : JSON.stringify(record.trace),
    client_request_id: textOrNull(record.clientRequestId),
    revision: whole(record.revision),
  };
}

/** What is written for an exchange that a crash cut off: settled at what was reserved for it, marked as an estimate. */
export function crashedRecord(open: OpenRecord): ExchangeRecord {
  return {
    id: open.id,
    startedAt: open.startedAt,
    durationMs: 0,
    firstByteMs: null,
    status: 0,
    outcome: 'crashed',
    errorCode: null,
    protocol: open.protocol,
    method: '',
    endpoint: open.endpoint,
    publicModel: open.publicModel,
    provider: open.provider,
    upstreamModel: open.upstreamModel,
    answeredModel: null,
    virtualKeyId: open.virtualKeyId,
    keyId: open.keyId,
    stream: open.stream,
    usage: {
      input: open.estimatedInput,
      cacheRead: 0,
      cacheWrite: 0,
      output: open.reservedOutput,
      reasoning: 0,
      audioInput: 0,
      audioOutput: 0,
      provenance: 'estimated',
    },
    costMicroUsd: open.reservedCostMicroUsd ?? 0,
    priceVersion: null,
    attempts: [],
    trace: null,
    clientRequestId: null,
    revision: 0,
  };
}

function figure(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** As a column of 64 bits and JavaScript both hold it. */
function whole(value: unknown, most = Number.MAX_SAFE_INTEGER): number {
  return Math.max(-most, Math.min(most, Math.round(figure(value))));
}

function text(value: unknown, characters: number): string {
  return textOrNull(value, characters) ?? '';
}

function textOrNull(value: unknown, characters = INDEXED_CHARACTERS): string | null {
  // PostgreSQL has no place for NUL in a text; one such name would stop the ledger for good.
  return typeof value === 'string' ? value.replaceAll('\0', '').slice(0, characters) : null;
}
