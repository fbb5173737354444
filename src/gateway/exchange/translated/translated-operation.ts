import type { Feature } from '../../../domain/canonical/feature.ts';
import type { Usage } from '../../../domain/usage.ts';
import type { JsonObject } from '../../../lib/json-reading.ts';
import type { EncodeTarget, EventDecoder, EventEncoder } from '../../../protocols/translation.ts';
import type { WireProtocol } from '../../../protocols/wire-protocol.ts';
import type { Wish } from '../../routing/find-losses.ts';

/** A request as one target's protocol writes it. */
export interface WrittenRequest {
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  /** What is not in it, in the client's spelling. */
  readonly dropped: readonly string[];
}

/** A whole answer in the client's protocol. */
export interface WrittenAnswer {
  readonly body: string;
  /** The body is a stream of events, told at once. */
  readonly isStream: boolean;
  readonly usage: Usage | null;
  readonly model: string | null;
}

/** One client call that can be told to servers of other protocols: read once, written for each target, its answer brought back. */
export interface TranslatedOperation {
  readonly wish: Wish;
  /** What the last answer held and the client is not told, as `answer.images`. */
  readonly leftOut: ReadonlySet<string>;
  carries(via: WireProtocol, target: EncodeTarget): ReadonlySet<Feature>;
  write(via: WireProtocol, target: EncodeTarget): WrittenRequest;
  /** Null: what was asked for is not in it. */
  readAnswer(via: WireProtocol, body: JsonObject): WrittenAnswer | null;
  /** Null for calls that are never streamed. */
  createStream(via: WireProtocol): { readonly decoder: EventDecoder; readonly encoder: EventEncoder } | null;
  /** The answer has begun: the request will not be written again. */
  letGo(): void;
}

/** What is known of the exchange beside the body. */
export interface OperationCall {
  readonly requestId: string;
  readonly publicModel: string;
  readonly stream: boolean;
  readonly framing: 'sse' | 'array';
  /** Unix seconds. */
  readonly now: number;
  /** Items that were made for this caller. */
  readonly items: CallersItems;
}

export interface CallersItems {
  remember(id: string, item: string): void;
  find(id: string): string | null;
}
