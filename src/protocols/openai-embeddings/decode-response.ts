import type { CanonicalEmbeddingResponse } from '../../domain/canonical/canonical-embedding.ts';
import { countAt, isObject, type JsonObject } from '../../lib/json-reading.ts';
import { base64ToFloats } from './float-bytes.ts';
import { readEmbeddingUsage } from './usage.ts';

/** An upstream's vectors, in the order of the inputs: `index` says where each belongs, whatever order they came in. */
export function decodeResponse(body: JsonObject): CanonicalEmbeddingResponse {
  const { model, data } = body;
  const entries = (Array.isArray(data) ? data : []).filter(isObject).map((entry, place) => ({
    index: 'index' in entry ? countAt(entry, 'index') : place,
    vector: readVector(entry['embedding']),
  }));
  return {
    model: typeof model === 'string' ? model : '',
    vectors: entries.toSorted((one, other) => one.index - other.index).map(({ vector }) => vector),
    usage: readEmbeddingUsage(body),
  };
}

function readVector(embedding: unknown): readonly number[] {
  if (typeof embedding === 'string') return base64ToFloats(embedding);
  return Array.isArray(embedding) ? embedding.filter((value): value is number => typeof value === 'number') : [];
}
