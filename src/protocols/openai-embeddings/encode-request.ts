import type { CanonicalEmbeddingRequest } from '../../domain/canonical/canonical-embedding.ts';
import type { EmbeddingTranslation, EncodeTarget } from '../translation.ts';
import type { EmbeddingRequest } from './wire-types.ts';

/** A request for an embeddings upstream. The numbers are asked for as numbers, which every compatible server can write. */
export function encodeRequest(request: CanonicalEmbeddingRequest, { model }: EncodeTarget): ReturnType<EmbeddingTranslation['encodeRequest']> {
  const { inputs, isSingle, dimensions, taskType } = request;
  const [first] = inputs;
  const body: EmbeddingRequest = {
    model,
    input: isSingle && first !== undefined ? first : inputs,
    ...(dimensions === null ? {} : { dimensions }),
  };
  return { path: '/embeddings', query: '', body: { ...body }, headers: {}, dropped: taskType === null ? [] : ['taskType'] };
}
