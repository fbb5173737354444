import { positiveAt } from '../../lib/json-reading.ts';
import type { WireProtocol } from '../wire-protocol.ts';
import { findResponseError, responseErrorBody, responseErrorEvent } from './errors.ts';
import { readResponseEventUsage, readResponseUsage } from './usage.ts';

/** OpenAI Responses. */
export const openaiResponses: WireProtocol = {
  name: 'openai-responses',
  requiredHeaders: {},
  maxOutputTokens: (body) => positiveAt(body, 'max_output_tokens'),
  promptFields: ['input', 'instructions', 'tools'],
  modelPath: ['model'],
  eventModelPath: ['response', 'model'],
  readUsage: readResponseUsage,
  readEventUsage: readResponseEventUsage,
  stream: {
    text: ['"delta":'],
    usage: '"usage":',
    terminal: [],
    lastEvents: ['response.completed', 'response.incomplete', 'response.failed'],
    error: 'error"',
    sequence: '"sequence_number":',
  },
  isAnswer: (body) => Array.isArray(body['output']) || body['object'] === 'response' || body['object'] === 'response.input_tokens',
  findError: findResponseError,
  errorBody: responseErrorBody,
  errorEvent: responseErrorEvent,
};
