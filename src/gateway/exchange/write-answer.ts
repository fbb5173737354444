import { costMicroUsd } from '../../domain/price.ts';
import type { HttpHeaders } from '../../lib/http-headers.ts';
import { relayedHeaders } from '../http/answer-headers.ts';
import { pageGuard } from '../http/page-guard.ts';
import type { Lease } from '../key-pool/lease.ts';
import type { HeldAnswer } from './attempt-outcome.ts';
import type { Exchange } from './exchange.ts';

const MOST_SHARED_BYTES = 16 * 1024;
const MOST_DROPPED_LENGTH = 1024;
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Writes a whole answer: headers and body in one go. */
export function writeHeldAnswer(exchange: Exchange, answer: HeldAnswer, retryAfterSeconds: number | null): void {
  const { response } = exchange;
  if (response.headersSent || response.destroyed) return;
  const headers = answerHeaders(exchange, exchange.lease, answer.headers);
  const hasNoBody = answer.status === 204 || answer.status === 304;
  if (answer.encoding !== null) headers.push('content-encoding', answer.encoding);
  if (retryAfterSeconds !== null && answer.headers['retry-after'] === undefined) headers.push('retry-after', String(retryAfterSeconds));
  const cost = costHeader(exchange);
  if (cost !== null) headers.push('x-headgate-cost', cost);
  const isHead = exchange.request.method === 'HEAD';
  const announced = isHead ? answer.headers['content-length'] : undefined;
  if (!hasNoBody) {
    headers.push(...pageGuard(answer.headers['content-type']));
    headers.push('content-length', typeof announced === 'string' ? announced : String(answer.body.length));
  }
  response.writeHead(answer.status, headers);
  if (isHead || hasNoBody) response.end();
  // As a latin1 string a small body shares one write with its head; the bytes are the same.
  else if (answer.body.length <= MOST_SHARED_BYTES) response.end(answer.body.toString('latin1'), 'latin1');
  else response.end(answer.body);
}

/** `events` and `array` are written event by event, `bytes` as they come. */
export type StreamForm = 'events' | 'array' | 'bytes';

const STREAM_TYPES = { events: 'text/event-stream; charset=utf-8', array: 'application/json; charset=utf-8' } as const;

/** Sends the head of an answer whose body follows piece by piece. */
export function beginStreamedAnswer(
  exchange: Exchange,
  lease: Lease,
  status: number,
  upstream: HttpHeaders,
  form: StreamForm,
  length: number | null,
): void {
  const { response } = exchange;
  if (response.headersSent || response.destroyed) return;
  const isEvents = form !== 'bytes';
  exchange.isEventStream = form === 'events';
  const headers = answerHeaders(exchange, lease, isEvents ? withoutStreamHeaders(upstream) : upstream);
  if (isEvents) headers.push('content-type', STREAM_TYPES[form], 'cache-control', 'no-cache', 'x-accel-buffering', 'no');
  else {
    headers.push(...pageGuard(upstream['content-type']));
    const encoding = upstream['content-encoding'];
    if (typeof encoding === 'string') headers.push('content-encoding', encoding);
    if (length !== null) headers.push('content-length', String(length));
  }
  response.writeHead(status, headers);
  // An event follows at once and shares the packet; other bodies may take their time.
  if (!isEvents) response.flushHeaders();
}

function withoutStreamHeaders(upstream: HttpHeaders): HttpHeaders {
  const { 'content-type': _type, 'cache-control': _cache, 'x-accel-buffering': _buffering, ...rest } = upstream;
  return rest;
}

function answerHeaders(exchange: Exchange, lease: Lease | null, upstream: HttpHeaders): string[] {
  const headers = relayedHeaders(upstream, exchange.sentSecret);
  headers.push('x-request-id', exchange.id);
  if (!exchange.snapshot.settings.answerHeaders || lease === null) return headers;
  const { provider, model } = lease.target;
  headers.push('x-headgate-provider', provider.id);
  if (model !== null && PRINTABLE.test(model.upstreamModel)) headers.push('x-headgate-model', model.upstreamModel);
  if (exchange.dropped.length > 0) headers.push('x-headgate-dropped', droppedHeader(exchange.dropped));
  headers.push('x-headgate-attempts', String(Math.max(1, exchange.attempts.length + (exchange.isAnswering ? 1 : 0))));
  return headers;
}

/** The names as one header value; client-made names are kept printable and the list short. */
function droppedHeader(dropped: readonly string[]): string {
  return dropped
    .map((field) => field.replaceAll(/[^\x21-\x7e]|,/g, '?'))
    .join(', ')
    .slice(0, MOST_DROPPED_LENGTH);
}

function costHeader(exchange: Exchange): string | null {
  const { usage, target, snapshot } = exchange;
  if (!snapshot.settings.answerHeaders || usage === null || target?.model?.price === undefined) return null;
  return String(costMicroUsd(usage, target.model.price));
}
