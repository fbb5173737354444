import type { ByteSink } from '../../lib/byte-sink.ts';
import type { WireProtocol } from '../../protocols/wire-protocol.ts';
import { StreamMeter } from '../metering/stream-meter.ts';
import { ByteRelay } from '../streaming/byte-relay.ts';
import { EventRelay, type RelayListener } from '../streaming/event-relay.ts';
import { scanAlong } from '../streaming/json-array-scanner.ts';
import type { AnswerForm } from './answer-form.ts';

export interface RelayRequest {
  readonly form: Exclude<AnswerForm, 'held'>;
  /** Null for calls of which nothing is known but their bytes. */
  readonly wire: WireProtocol | null;
  readonly secret: string;
  readonly hideUsage: boolean;
  readonly restoreModel: string | null;
  /** Announced length of the body. */
  readonly length: number | null;
}

/** What takes an answer that is relayed, and what reads along. */
export interface MadeRelay {
  readonly sink: ByteSink;
  /** Present when the answer is a stream of events. */
  readonly events: EventRelay | null;
  readonly meter: StreamMeter | null;
}

/** The relay for an answer of this form. */
export function makeRelay(request: RelayRequest, listener: RelayListener): MadeRelay {
  const { form, wire, secret, hideUsage, restoreModel, length } = request;
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
