import type { StateFamily } from '../domain/canonical/opaque-state.ts';
import type { CanonicalError } from '../domain/canonical/canonical-error.ts';
import type { ProtocolName } from '../domain/protocol.ts';
import type { Usage } from '../domain/usage.ts';
import type { CountTranslation, DecodeError, EmbeddingTranslation, TextTranslation } from './translation.ts';

/** Parsed JSON of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;

/** What the gateway must know of a wire format to pass it through: where the figures stand, how errors look, how a stream ends. */
export interface WireProtocol {
  readonly name: ProtocolName;
  /** Protocols of one family share error codes and reasoning state. */
  readonly family: StateFamily;
  /** Status that tells this protocol's clients that the service is overloaded. */
  readonly overloadedStatus: number;

  /** Headers without which the protocol's servers refuse a request; sent when neither client nor provider gives them. */
  readonly requiredHeaders: Readonly<Record<string, string>>;

  /** The most answer tokens that the request allows; null when it does not say. */
  maxOutputTokens(body: Json): number | null;
  /** The parts of the request whose text is read by the model, for estimates. */
  readonly promptFields: readonly string[];

  /** Where the model's name stands in an answer and in a stream event. */
  readonly modelPath: readonly string[];
  readonly eventModelPath: readonly string[];

  /** Usage of a whole answer; null when it carries none. */
  readUsage(body: Json): Usage | null;
  /** Usage after one more stream event; events without figures give `soFar` back. */
  readEventUsage(event: Json, soFar: Usage | null): Usage | null;
  readonly stream: StreamSigns;

  /** True for a 200 whose body is what the protocol allows. */
  isAnswer(body: Json): boolean;
  /** The error object in a body or event that is one; null when it is none. */
  findError(body: Json): Json | null;

  errorBody(error: CanonicalError, requestId: string): string;
  /** Whole events with which a broken stream ends; they begin and end at an event border. */
  errorEvent(error: CanonicalError, requestId: string, broken: BrokenStream): string;
  /** An upstream's error body, read. */
  readonly decodeError: DecodeError;

  /** Present for protocols that generate text, that embed, that count. */
  readonly text?: TextTranslation;
  readonly embeddings?: EmbeddingTranslation;
  readonly counting?: CountTranslation;
  /**
   * The body without reasoning state that the gateway wrapped for the client and that this protocol's servers cannot read; called for requests
   * between equal protocols that hold such a mark. `mayReadGoogle`: false for servers that are known not to read Google's signatures, of which
   * chat keeps those that nobody wrapped.
   */
  withoutForeignState?(body: Json, mayReadGoogle: boolean): Json;
  /** Id of the answer whose first event this is. Absent: the end of a broken stream does not name it. */
  readonly answerId?: (event: Json) => string | null;
  /** Id of what the provider keeps because of this answer (or first event of one), and of what a request goes on from. Absent: nothing is kept. */
  readonly storedId?: (body: Json) => string | null;
  readonly neededId?: (body: Json) => string | null;
  /** What of an answer, or of an event of one, is not told to clients of other protocols. Absent: nothing is left out. */
  readonly leftOut?: (body: Json) => readonly string[];
  /** Present where clients may name items of an earlier answer instead of repeating them. */
  readonly madeItems?: ItemMemory;
  /** Stands in every request that may hold such state. */
  readonly foreignStateSign: string;
  /** Stands in every request that may hold a signature of Google's that nobody wrapped. Absent: the protocol is Google's own, or has no place for one. */
  readonly googleStateSign?: string;
}

/** How items of answers that the gateway wrote are remembered, and put back where a request only names them. */
export interface ItemMemory {
  /** The client of this request may name the items of its answer later. */
  readonly isWanted: (request: Json) => boolean;
  /** Items of a whole answer, as JSON. */
  readonly ofAnswer: (answer: string) => readonly { readonly id: string; readonly item: string }[];
  /** Items of the frames with which a stream ends. */
  readonly ofStreamEnd: (frames: string) => readonly { readonly id: string; readonly item: string }[];
  /** Stands in every request that names an item. */
  readonly reference: string;
  /** The request with those items that are found. */
  readonly putBack: (request: Json, find: (id: string) => string | null) => Json;
}

/** What is known of a stream that broke off. */
export interface BrokenStream {
  /** The number of the next event, for protocols that number them. */
  readonly nextSequence: number;
  /** Null: no event told it. */
  readonly answerId: string | null;
  /** The name that the client asked for. */
  readonly publicModel: string;
  /** Unix seconds. */
  readonly now: number;
}

/**
 * Byte patterns of a protocol's stream. A pattern that stands in the bytes of an event is a JSON member and never text,
 * because quotes inside text are escaped.
 */
export interface StreamSigns {
  /** Members whose string value is text that the client receives. */
  readonly text: readonly string[];
  /** An event with this may carry usage. */
  readonly usage: string;
  /** An event with one of these ends the answer in order; figures may follow it. */
  readonly terminal: readonly string[];
  /** Values of `type` of the very last event: nothing follows it. Empty for protocols that end with `[DONE]` or with the connection. */
  readonly lastEvents: readonly string[];
  /** An event with this may be an error. */
  readonly error: string;
  /** The member that numbers the events, where the protocol numbers them. */
  readonly sequence?: string;
}
