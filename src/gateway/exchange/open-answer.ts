import type { ByteSink } from '../../lib/byte-sink.ts';
import { headerValue, type HttpHeaders } from '../../lib/http-headers.ts';
import type { WireProtocol } from '../../protocols/wire-protocol.ts';
import type { RelayListener } from '../streaming/event-relay.ts';
import { DecodingSink } from '../upstream/decoding-sink.ts';
import { AwsEventStreamDecoder } from '../upstream/sign/aws-event-stream-decoder.ts';
import { answerForm, isRefusal } from './answer-form.ts';
import type { AnswerTreatment } from './built-request.ts';
import type { Exchange } from './exchange.ts';
import { makeRelay, type MadeRelay } from './make-relay.ts';

/** How an answer is taken whose head has come. */
export interface OpenedAnswer {
  /** As they hold for what comes out of `sink`. */
  readonly headers: HttpHeaders;
  /** Announced length of the body; null: not announced, or not this one's. */
  readonly length: number | null;
  /** Null: the answer is held whole. */
  readonly sink: ByteSink | null;
  /** Nothing is sent before the first event was looked at. */
  readonly isLookedAt: boolean;
  readonly relay: MadeRelay['events'];
  readonly meter: MadeRelay['meter'];
  /** Unpacks the body on its way; null: it is not packed. */
  readonly decoding: DecodingSink | null;
}

/** Makes what takes the body of an answer, from its head. `wire`: what the upstream speaks; null for calls that are passed on unread. */
export function openAnswer(
  exchange: Exchange,
  treatment: AnswerTreatment,
  wire: WireProtocol | null,
  isStream: boolean,
  head: { readonly status: number; readonly headers: HttpHeaders },
  listener: RelayListener,
): OpenedAnswer {
  const { request, match } = exchange;
  const { translated } = treatment;
  const isAwsStream = treatment.isFramedByAws && !isRefusal(head.status);
  const came = isAwsStream ? asEvents(head.headers) : head.headers;
  const { form, isUnpacked } = answerForm({
    status: head.status,
    headers: came,
    isModelCall: wire !== null,
    isStream,
    streamsByPath: match.streams === true,
    isTranslated: translated !== null,
    isRenamed: treatment.restoreModel !== null,
    isHead: request.method === 'HEAD',
    acceptEncoding: headerValue(request.headers, 'accept-encoding'),
  });
  if (form === 'held') return { headers: came, length: null, sink: null, isLookedAt: false, relay: null, meter: null, decoding: null };
  const { 'content-encoding': encoding, 'content-length': _length, ...rest } = came;
  const headers = isUnpacked ? rest : came;
  const announced = headerValue(headers, 'content-length');
  const length = announced === undefined ? null : Number(announced);
  const stream = translated?.operation.createStream(translated.via) ?? null;
  exchange.answerEncoder = stream?.encoder ?? null;
  const { hideUsage, restoreModel, sentSecret: secret } = treatment;
  const made = makeRelay({ form, wire, secret, hideUsage, restoreModel, length, stream, mayComment: !exchange.isArrayStream }, listener);
  const inner = isAwsStream ? new AwsEventStreamDecoder(made.sink) : made.sink;
  const decoding = isUnpacked && typeof encoding === 'string' ? new DecodingSink(encoding, inner) : null;
  return { headers, length, sink: decoding ?? inner, isLookedAt: form === 'events', relay: made.events, meter: made.meter, decoding };
}

/** Behind the decoder the frames are events. */
function asEvents({ 'content-length': _length, ...headers }: HttpHeaders): HttpHeaders {
  return { ...headers, 'content-type': 'text/event-stream' };
}
