import { objectAt, positiveAt } from '../../lib/json-reading.ts';
import type { WireProtocol } from '../wire-protocol.ts';
import { findGenerateError, generateErrorBody, generateErrorEvent } from './errors.ts';
import { readGenerateUsage } from './usage.ts';

/** Gemini's generateContent family. The model stands in the path; `modelVersion` of the answer is left alone. */
export const geminiGenerate: WireProtocol = {
  name: 'gemini-generate',
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
};
