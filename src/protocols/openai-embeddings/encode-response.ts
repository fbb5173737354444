import type { CanonicalEmbeddingRequest, CanonicalEmbeddingResponse } from '../../domain/canonical/canonical-embedding.ts';
import { floatsToBase64 } from './float-bytes.ts';
import { writeEmbeddingUsage } from './usage.ts';
import type { Embedding } from './wire-types.ts';

/** The answer's body, its numbers in the form that the client asked for. */
export function encodeResponse(response: CanonicalEmbeddingResponse, { encoding }: CanonicalEmbeddingRequest, publicModel: string): string {
  const data = response.vectors.map((vector, index): Embedding => {
    return { object: 'embedding', index, embedding: encoding === 'base64' ? floatsToBase64(vector) : vector };
  });
  return JSON.stringify({ object: 'list', data, model: publicModel, usage: writeEmbeddingUsage(response.usage) });
}
