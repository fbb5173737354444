import { STATE_TAG } from '../../domain/canonical/opaque-state.ts';
import type { WireProtocol } from '../wire-protocol.ts';
import { readEmbeddingEventUsage } from './decode-event.ts';
import { decodeRequest } from './decode-request.ts';
import { decodeResponse } from './decode-response.ts';
import { embeddingErrorEvent } from './encode-event.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeResponse } from './encode-response.ts';
import { decodeEmbeddingError, embeddingErrorBody, findEmbeddingError } from './errors.ts';
import { readEmbeddingUsage } from './usage.ts';

/** OpenAI embeddings. They answer with vectors, so no answer tokens are ever reserved, and they do not stream. */
export const openaiEmbeddings: WireProtocol = {
  name: 'openai-embeddings',
  family: 'openai',
  overloadedStatus: 503,
  foreignStateSign: STATE_TAG,
  requiredHeaders: {},
  maxOutputTokens: () => 0,
  promptFields: ['input'],
  modelPath: ['model'],
  eventModelPath: ['model'],
  readUsage: readEmbeddingUsage,
  readEventUsage: readEmbeddingEventUsage,
  stream: { text: [], usage: '"usage":', terminal: [], lastEvents: [], error: '"error"' },
  isAnswer: (body) => Array.isArray(body['data']),
  findError: findEmbeddingError,
  errorBody: embeddingErrorBody,
  errorEvent: embeddingErrorEvent,
  decodeError: decodeEmbeddingError,
  embeddings: { decodeRequest, encodeRequest, decodeResponse, encodeResponse },
};
