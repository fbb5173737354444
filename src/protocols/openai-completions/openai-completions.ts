import { STATE_TAG } from '../../domain/canonical/opaque-state.ts';
import { positiveAt } from '../../lib/json-reading.ts';
import type { WireProtocol } from '../wire-protocol.ts';
import { createEventDecoder } from './decode-event.ts';
import { decodeRequest } from './decode-request.ts';
import { decodeResponse } from './decode-response.ts';
import { DEFAULT_MAX_TOKENS } from './default-limit.ts';
import { createEventEncoder } from './encode-event.ts';
import { carries, encodeRequest } from './encode-request.ts';
import { encodeResponse } from './encode-response.ts';
import { completionErrorBody, completionErrorEvent, decodeCompletionError, findCompletionError } from './errors.ts';
import { readCompletionUsage } from './usage.ts';

/** OpenAI's legacy completions. */
export const openaiCompletions: WireProtocol = {
  name: 'openai-completions',
  family: 'openai',
  overloadedStatus: 503,
  foreignStateSign: STATE_TAG,
  requiredHeaders: {},
  maxOutputTokens: (body) => positiveAt(body, 'max_tokens') ?? DEFAULT_MAX_TOKENS,
  promptFields: ['prompt', 'suffix'],
  modelPath: ['model'],
  eventModelPath: ['model'],
  readUsage: readCompletionUsage,
  readEventUsage: (event, soFar) => readCompletionUsage(event) ?? soFar,
  stream: { text: ['"text":'], usage: '"usage":', terminal: ['"finish_reason":"', '"finish_reason": "'], lastEvents: [], error: '"error"' },
  isAnswer: (body) => Array.isArray(body['choices']),
  findError: findCompletionError,
  errorBody: completionErrorBody,
  errorEvent: completionErrorEvent,
  decodeError: decodeCompletionError,
  text: { decodeRequest, carries, encodeRequest, decodeResponse, encodeResponse, createEventDecoder, createEventEncoder },
};
