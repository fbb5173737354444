import type { Usage } from '../usage.ts';
import type { ProtocolName } from '../protocol.ts';
import type { UnmappedField } from './canonical-request.ts';

/** A request for embeddings between protocols. */
export interface CanonicalEmbeddingRequest {
  readonly source: ProtocolName;
  /** One vector each, in this order. Never empty. */
  readonly inputs: readonly string[];
  /** Length of the vectors; null: the model's own. */
  readonly dimensions: number | null;
  /** Gemini `taskType`; null: not said. */
  readonly taskType: string | null;
  /** How the client wants the numbers: OpenAI's `base64` is little-endian float32. */
  readonly encoding: 'float' | 'base64';
  /** The client sent one text, not a list (Gemini `embedContent`). */
  readonly isSingle: boolean;
  readonly unmapped: readonly UnmappedField[];
}

export interface CanonicalEmbeddingResponse {
  readonly model: string;
  /** In the order of the inputs. */
  readonly vectors: readonly (readonly number[])[];
  /** Null: the upstream told none (Gemini never does). */
  readonly usage: Usage | null;
}
