import type { CanonicalEmbeddingRequest, CanonicalEmbeddingResponse } from '../domain/canonical/canonical-embedding.ts';
import type { CanonicalError } from '../domain/canonical/canonical-error.ts';
import type { CanonicalEvent } from '../domain/canonical/canonical-event.ts';
import type { CanonicalRequest } from '../domain/canonical/canonical-request.ts';
import type { CanonicalResponse } from '../domain/canonical/canonical-response.ts';
import type { Feature } from '../domain/canonical/feature.ts';
import type { ModelTraits } from '../domain/model-traits.ts';
import type { JsonObject } from '../lib/json-reading.ts';

/** What a request's path and headers say. */
export interface RequestCall {
  /** The model that the client asked for, from body or path. */
  readonly model: string;
  /** Of the path where the protocol has it there, else of the body. */
  readonly stream: boolean;
}

/** For whom a request is written. */
export interface EncodeTarget {
  /** Upstream model name. */
  readonly model: string;
  readonly traits: ModelTraits;
}

/** A request in a protocol's wire form. */
export interface EncodedRequest {
  /** Raw path behind the provider's base URL, with its leading slash. */
  readonly path: string;
  /** With its question mark, or the empty string. */
  readonly query: string;
  readonly body: JsonObject;
  /** Names in lower case; they win over the headers that the protocol requires by default. */
  readonly headers: Readonly<Record<string, string>>;
  /** Features of the request that are not in the body. A part of `fingerprint(request)` minus `carries(target)`. */
  readonly dropped: ReadonlySet<Feature>;
}

/** What an answer to a client is written with. */
export interface AnswerContext {
  /** Of the exchange; ids that the protocol demands and the upstream did not give are made from it. */
  readonly requestId: string;
  /** The name that the client asked for. */
  readonly publicModel: string;
  /** Unix seconds, for answers that must carry a time the upstream did not give. */
  readonly now: number;
  /** What is answered. */
  readonly request: CanonicalRequest;
  /** How a stream is framed: Gemini's is a JSON array unless `alt=sse` was asked for. */
  readonly framing: 'sse' | 'array';
}

/** What an upstream answer is read with. */
export interface DecodeContext {
  /** Of the exchange; ids that the upstream did not give are made from it. */
  readonly requestId: string;
}

/** A state machine for one upstream stream. Lenient: unknown events, blocks and members are passed over. */
export interface EventDecoder {
  /** Takes one event (`name`: its `event:` line, or empty) and adds what it means to `out`. */
  decode(name: string, data: JsonObject, out: CanonicalEvent[]): void;
  /** The protocol's very last event was seen. */
  readonly isFinal: boolean;
  /**
   * The stream said `[DONE]`, sent its last event, or ended. Adds what was open, then `end`, and gives true; gives false and adds nothing when
   * the answer was not complete (or ended with an error).
   */
  close(out: CanonicalEvent[]): boolean;
}

/** A state machine that writes one stream to a client. */
export interface EventEncoder {
  /** The bytes of one event as text: whole frames, or nothing. */
  encode(event: CanonicalEvent): string;
}

/** How a protocol that generates text is translated, both ways. Pure, but for the state machines. */
export interface TextTranslation {
  /** Throws GatewayError `invalid_request` with `param` for what the protocol's own server would refuse. */
  decodeRequest(body: JsonObject, call: RequestCall): CanonicalRequest;
  /** What requests to this target can carry. */
  carries(target: EncodeTarget): ReadonlySet<Feature>;
  encodeRequest(request: CanonicalRequest, target: EncodeTarget): EncodedRequest;
  decodeResponse(body: JsonObject, context: DecodeContext): CanonicalResponse;
  /** The answer's body. */
  encodeResponse(response: CanonicalResponse, context: AnswerContext): string;
  createEventDecoder(context: DecodeContext): EventDecoder;
  createEventEncoder(context: AnswerContext): EventEncoder;
}

/** How a protocol's embeddings are translated. */
export interface EmbeddingTranslation {
  decodeRequest(body: JsonObject, call: RequestCall): CanonicalEmbeddingRequest;
  encodeRequest(request: CanonicalEmbeddingRequest, target: EncodeTarget): Omit<EncodedRequest, 'dropped'> & { readonly dropped: readonly string[] };
  decodeResponse(body: JsonObject): CanonicalEmbeddingResponse;
  encodeResponse(response: CanonicalEmbeddingResponse, request: CanonicalEmbeddingRequest, publicModel: string): string;
}

/** How a protocol counts the tokens of a request without answering it. */
export interface CountTranslation {
  /** Reads the call's body as the request whose tokens are asked for. */
  decodeRequest(body: JsonObject, call: RequestCall): CanonicalRequest;
  encodeRequest(request: CanonicalRequest, target: EncodeTarget): EncodedRequest;
  /** Input tokens; null when the answer carries none. */
  decodeCount(body: JsonObject): number | null;
  encodeCount(inputTokens: number): string;
}

/** An upstream's error body in canonical form. `body` is null when it was no JSON object. */
export type DecodeError = (status: number, body: JsonObject | null) => CanonicalError;
