import type { ExchangeRecord, Outcome } from '../../domain/exchange-record.ts';
import { costMicroUsd } from '../../domain/price.ts';
import { NO_USAGE, totalTokens, type Usage } from '../../domain/usage.ts';
import { tokensOfBytes } from '../metering/estimate-tokens.ts';
import type { Exchange } from './exchange.ts';
import { exchangeEvent } from './exchange-event.ts';
import { exchangeLabels } from './exchange-labels.ts';
import type { GatewayContext } from './gateway-context.ts';

const CLIENT_GONE_STATUS = 499;

/**
 * Settles an exchange exactly once: limits get back what was not used, metrics are told, and the record is written to the journal.
 * `written` is called when it is: only then may the last byte go to the client. A second call does nothing but call `written`.
 */
export function settleExchange(context: GatewayContext, exchange: Exchange, written: () => void): void {
  if (exchange.isSettled) return written();
  exchange.isSettled = true;
  const { recorder, journal, clock } = context;
  const durationMs = clock.monotonicMs() - exchange.startedMono;
  const labels = exchangeLabels(exchange);
  if (exchange.attempts.length === 0) {
    exchange.admission?.settle(0);
    const status = exchange.isGone && exchange.status === 0 ? CLIENT_GONE_STATUS : exchange.status;
    recorder.refused(
      exchange.match.protocol,
      exchange.match.endpoint,
      labels.method,
      status,
      exchange.error?.code ?? (status < 400 ? 'answered_here' : 'client_gone'),
      durationMs,
      labels,
    );
    return written();
  }
  const record = makeRecord(exchange, durationMs);
  exchange.admission?.settle(totalTokens(record.usage));
  recorder.exchangeEnded(record, labels);
  if (context.events.isHeard) context.events.publish(exchangeEvent(record));
  journal.settle(record, written);
}

function makeRecord(exchange: Exchange, durationMs: number): ExchangeRecord {
  const { match, request, target, facts } = exchange;
  const usage = settledUsage(exchange);
  const price = target?.model?.price;
  const isGone = exchange.isGone && exchange.outcome !== 'ok';
  return {
    id: exchange.id,
    startedAt: exchange.startedAtMs,
    durationMs: hundredths(durationMs),
    firstByteMs: exchange.firstByteMs === null ? null : hundredths(exchange.firstByteMs),
    status: isGone && !exchange.isAnswering ? CLIENT_GONE_STATUS : exchange.status,
    outcome: outcomeOf(exchange),
    errorCode: exchange.error?.code ?? null,
    protocol: match.protocol,
    method: request.method ?? '',
    endpoint: match.endpoint,
    publicModel: facts?.publicModel?.slice(0, 191) ?? null,
    provider: target?.provider.id ?? null,
    upstreamModel: target?.model?.upstreamModel.slice(0, 191) ?? null,
    answeredModel: exchange.answeredModel,
    virtualKeyId: exchange.caller?.id ?? null,
    keyId: exchange.lease?.key.id ?? null,
    stream: facts?.stream ?? false,
    usage,
    costMicroUsd: price === undefined ? 0 : costMicroUsd(usage, price),
    priceVersion: target?.model?.priceVersion ?? null,
    attempts: exchange.attempts,
    trace: exchange.trace,
    clientRequestId: clientRequestId(exchange),
    revision: exchange.snapshot.revision,
  };
}

function outcomeOf(exchange: Exchange): Outcome {
  if (exchange.outcome !== null) return exchange.outcome;
  if (exchange.isGone) return 'client_gone';
  return exchange.status < 400 ? 'ok' : 'upstream_error';
}

/** What the exchange used. An answer that told no figures is estimated from its text; a failed one used nothing that we know of. */
function settledUsage(exchange: Exchange): Usage {
  if (exchange.usage !== null) return exchange.usage;
  const { facts, match } = exchange;
  const isModelCall = match.protocol !== 'pass-through' && match.protocol !== 'rest';
  const reachedModel = exchange.isGone || exchange.isHeldAnswer;
  if (!isModelCall || facts === null || !reachedModel) return NO_USAGE;
  return { ...NO_USAGE, input: facts.estimatedInput, output: tokensOfBytes(exchange.heldTextBytes), provenance: 'estimated' };
}

function clientRequestId(exchange: Exchange): string | null {
  const value = exchange.request.headers['x-request-id'];
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined ? null : text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 128);
}

/** Milliseconds to two places: the gateway's own share of an exchange is a fraction of one. */
function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}
