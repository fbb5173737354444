/** OpenAI embeddings as we write them (API reference, `POST /v1/embeddings`). What comes in is read member by member. */

/** A request to an upstream. Without `encoding_format` the numbers come as numbers. */
export interface EmbeddingRequest {
  readonly model: string;
  readonly input: string | readonly string[];
  readonly dimensions?: number;
}

/** One vector of an answer. */
export interface Embedding {
  readonly object: 'embedding';
  readonly index: number;
  /** Numbers, or their bytes as little-endian float32 in base64. */
  readonly embedding: readonly number[] | string;
}

export interface EmbeddingUsage {
  readonly prompt_tokens: number;
  readonly total_tokens: number;
}
