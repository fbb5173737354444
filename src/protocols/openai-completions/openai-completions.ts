import { positiveAt } from '../../lib/json-reading.ts';
import type { WireProtocol } from '../wire-protocol.ts';
import { completionErrorBody, completionErrorEvent, findCompletionError } from './errors.ts';
import { readCompletionUsage } from './usage.ts';

/** What the API takes when the request does not say. */
const DEFAULT_MAX_TOKENS = 16;

/** OpenAI's legacy completions. */
export const openaiCompletions: WireProtocol = {
  name: 'openai-completions',
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
};
