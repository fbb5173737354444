import type { ByteSink } from '../../lib/byte-sink.ts';
import type { EventDecoder, EventEncoder } from '../../protocols/translation.ts';
import type { WireProtocol } from '../../protocols/wire-protocol.ts';
import { StreamMeter } from '../metering/stream-meter.ts';
import { ByteRelay } from '../streaming/byte-relay.ts';
import { EventRelay, type RelayListener } from '../streaming/event-relay.ts';
import { scanAlong } from '../streaming/json-array-scanner.ts';
import { EventTranslator } from '../streaming/event-translator.ts';
import type { AnswerForm } from './answer-form.ts';
import type { StreamFigures } from './usage-so-far.ts';

export interface RelayRequest {
  readonly form: Exclude<AnswerForm, 'held'>;
  /** Null for calls of which nothing is known but their bytes. */
  readonly wire: WireProtocol | null;
  readonly secret: string;
  readonly hideUsage: boolean;
  readonly restoreModel: string | null;
  /** Announced length of the body. */
  readonly length: number | null;
  /** What brings the events back to the client's protocol; null: they are in it. */
  readonly stream: { readonly decoder: EventDecoder; readonly encoder: EventEncoder } | null;
  /** A comment may stand between the client's events. */
  readonly mayComment: boolean;
}

/** What takes an answer that is relayed, and what reads along. */
export interface MadeRelay {
  readonly sink: ByteSink;
  /** Present when the answer is a stream of events. */
  readonly events: { readonly isInsideEvent: boolean } | null;
  readonly meter: StreamFigures | null;
}

/** The relay for an answer of this form. */
export function makeRelay(request: RelayRequest, listener: RelayListener): MadeRelay {
  const { form, wire, secret, hideUsage, restoreModel, length, stream } = request;
  if (form === 'events' && stream !== null) {
    const translator = new EventTranslator({ ...stream, secret, mayComment: request.mayComment }, listener);
    return { sink: translator, events: translator, meter: translator };
  }
  if (form === 'bytes' || wire === null) return { sink: new ByteRelay(listener, secret, length), events: null, meter: null };
  const meter = new StreamMeter(wire);
  if (form === 'array') {
    // The bytes pass, the figures are read along.
    const sink = scanAlong(new ByteRelay(listener, secret, length), (element) => void meter.event(element));
    return { sink, events: null, meter };
  }
  const path = wire.eventModelPath;
  const restored = restoreModel === null || path.length === 0 ? null : { path, name: restoreModel };
  const events = new EventRelay({ meter, secret, hideUsage, restoreModel: restored }, listener);
  return { sink: events, events, meter };
}
