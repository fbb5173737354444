import type { Usage } from '../../domain/usage.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { readEmbeddingUsage } from './usage.ts';

/**
 * Embeddings never stream, so there is no machine that reads events. An upstream that sends its answer as an event all the same is read as one
 * that answers whole, for its figures.
 */
export function readEmbeddingEventUsage(event: JsonObject, soFar: Usage | null): Usage | null {
  return readEmbeddingUsage(event) ?? soFar;
}
