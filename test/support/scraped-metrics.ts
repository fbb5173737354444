import type { AttemptRecord, ExchangeRecord } from '../../src/domain/exchange-record.ts';
import { createMetrics, type Metrics, type MetricsOptions } from '../../src/observability/metrics.ts';
import type { AttemptLabels, ExchangeLabels } from '../../src/ports/recorder.ts';
import { exchangeRecord } from './exchange-records.ts';

/** The endpoint of the calls below. */
export const CALL = '/v1/chat/completions';

/** Metrics of a gateway where nothing happened and nothing is configured, but for the changes. */
export function metricsFor(changes: Partial<MetricsOptions> = {}): Metrics {
  return createMetrics({
    compat: ['key_lb', 'proxy'],
    version: '1.2.3',
    snapshot: () => ({ revision: 3, providers: [] }),
    pools: () => [],
    waitingRoomDepth: () => 0,
    journalStatus: () => ({ lag: 0, bytes: 0, writeErrors: 0, ledgerErrors: 0, problem: null }),
    reloadFailures: () => 0,
    nowMs: () => 1_000_000,
    ...changes,
  });
}

export async function scrape(metrics: Metrics): Promise<string[]> {
  return (await metrics.render()).split('\n');
}

export function exchangeLabels(changes: Partial<ExchangeLabels> = {}): ExchangeLabels {
  return {
    protocol: 'openai-chat',
    publicModel: 'fast',
    upstreamModel: 'gpt-4o-mini',
    provider: 'openai-main',
    caller: 'Team A',
    endpoint: CALL,
    method: 'POST',
    ...changes,
  };
}

export function attemptLabels(changes: Partial<AttemptLabels> = {}): AttemptLabels {
  return { provider: 'openai-main', keyId: 'k-1', keyName: 'First key', model: 'gpt-4o-mini', path: CALL, method: 'POST', ...changes };
}

export function attemptRecord(changes: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    provider: record().attempts[0]!.provider,
    model: null,
    keyId: null,
    status: 200,
    outcome: 'ok',
    startedAt: 0,
    durationMs: 700,
    ...changes,
  };
}

export function record(changes: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return exchangeRecord('0199', changes);
}
