import { STATE_TAG_BASE64 } from '../../domain/canonical/opaque-state.ts';
import { objectAt, positiveAt } from '../../lib/json-reading.ts';
import type { WireProtocol } from '../wire-protocol.ts';
import { generateCarries } from './carries.ts';
import { generateCounting } from './counting.ts';
import { GenerateEventDecoder } from './decode-event.ts';
import { decodeGenerateRequest } from './decode-request.ts';
import { decodeGenerateResponse } from './decode-response.ts';
import { generateEmbeddings } from './embeddings.ts';
import { GenerateEventEncoder } from './encode-event.ts';
import { encodeGenerateRequest } from './encode-request.ts';
import { encodeGenerateResponse } from './encode-response.ts';
import { decodeGenerateError, findGenerateError, generateErrorBody, generateErrorEvent } from './errors.ts';
import { withoutForeignSignatures } from './foreign-state.ts';
import { readGenerateUsage } from './usage.ts';
import { leftOut } from './left-out.ts';

/** Gemini's generateContent family. The model stands in the path; `modelVersion` of the answer is left alone. */
export const geminiGenerate: WireProtocol = {
  name: 'gemini-generate',
  family: 'gemini',
  overloadedStatus: 503,
  foreignStateSign: STATE_TAG_BASE64,
  leftOut,
  requiredHeaders: {},
  maxOutputTokens: (body) => {
    const config = objectAt(body, 'generationConfig');
    const snake = objectAt(body, 'generation_config');
    return positiveAt(config, 'maxOutputTokens') ?? positiveAt(snake, 'max_output_tokens');
  },
  promptFields: ['contents', 'content', 'requests', 'systemInstruction', 'system_instruction', 'tools'],
  modelPath: [],
  eventModelPath: [],
  readUsage: readGenerateUsage,
  readEventUsage: (event, soFar) => readGenerateUsage(event) ?? soFar,
  stream: { text: ['"text":'], usage: '"usageMetadata":', terminal: ['"finishReason":', '"blockReason":'], lastEvents: [], error: '"error"' },
  isAnswer: (body) =>
    Array.isArray(body['candidates']) ||
    'promptFeedback' in body ||
    'usageMetadata' in body ||
    'totalTokens' in body ||
    'embedding' in body ||
    'embeddings' in body,
  findError: findGenerateError,
  errorBody: generateErrorBody,
  errorEvent: generateErrorEvent,
  decodeError: decodeGenerateError,
  text: {
    decodeRequest: decodeGenerateRequest,
    carries: generateCarries,
    encodeRequest: encodeGenerateRequest,
    decodeResponse: decodeGenerateResponse,
    encodeResponse: encodeGenerateResponse,
    createEventDecoder: (context) => new GenerateEventDecoder(context),
    createEventEncoder: (context) => new GenerateEventEncoder(context),
  },
  embeddings: generateEmbeddings,
  counting: generateCounting,
  withoutForeignState: withoutForeignSignatures,
};
