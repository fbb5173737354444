import { NO_USAGE, type Usage } from '../../domain/usage.ts';
import { countAt, isObject, type JsonObject } from '../../lib/json-reading.ts';
import type { WireProtocol } from '../wire-protocol.ts';
import { embeddingErrorBody, embeddingErrorEvent, findEmbeddingError } from './errors.ts';

function readEmbeddingUsage(body: JsonObject): Usage | null {
  const usage = body['usage'];
  if (!isObject(usage)) return null;
  return { ...NO_USAGE, input: countAt(usage, 'prompt_tokens') || countAt(usage, 'total_tokens'), provenance: 'measured' };
}

/** OpenAI embeddings. They answer with vectors, so no answer tokens are ever reserved, and they do not stream. */
export const openaiEmbeddings: WireProtocol = {
  name: 'openai-embeddings',
  requiredHeaders: {},
  maxOutputTokens: () => 0,
  promptFields: ['input'],
  modelPath: ['model'],
  eventModelPath: ['model'],
  readUsage: readEmbeddingUsage,
  readEventUsage: (event, soFar) => readEmbeddingUsage(event) ?? soFar,
  stream: { text: [], usage: '"usage":', terminal: [], lastEvents: [], error: '"error"' },
  isAnswer: (body) => Array.isArray(body['data']),
  findError: findEmbeddingError,
  errorBody: embeddingErrorBody,
  errorEvent: embeddingErrorEvent,
};
