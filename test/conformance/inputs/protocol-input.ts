import type { JsonObject } from '../../../src/lib/json-reading.ts';

/** What one protocol's client sends and one protocol's server answers: written by hand from its documentation. */
export interface ProtocolInput {
  /** A whole request as a client writes it; its model is `public`. */
  readonly request: JsonObject;
  /** The same client with one question and nothing else. */
  readonly plain: JsonObject;
  readonly answer: JsonObject;
  /** The bytes of a streamed answer. */
  readonly stream: string;
  readonly error: { readonly status: number; readonly body: JsonObject };
}
