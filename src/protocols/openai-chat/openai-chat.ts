import { positiveAt } from '../../lib/json-reading.ts';
import type { WireProtocol } from '../wire-protocol.ts';
import { chatErrorBody, chatErrorEvent, findChatError } from './errors.ts';
import { readChatUsage } from './usage.ts';

/** OpenAI Chat Completions, and everything that calls itself compatible with it. */
export const openaiChat: WireProtocol = {
  name: 'openai-chat',
  requiredHeaders: {},
  maxOutputTokens: (body) => positiveAt(body, 'max_completion_tokens') ?? positiveAt(body, 'max_tokens'),
  promptFields: ['messages', 'tools', 'functions'],
  modelPath: ['model'],
  eventModelPath: ['model'],
  readUsage: readChatUsage,
  readEventUsage: (event, soFar) => readChatUsage(event) ?? soFar,
  stream: {
    text: ['"content":', '"reasoning_content":', '"reasoning":', '"arguments":', '"refusal":'],
    usage: '"usage":',
    // Some compatible servers end without [DONE]; a finish reason is then the end.
    terminal: ['"finish_reason":"', '"finish_reason": "'],
    lastEvents: [],
    error: '"error"',
  },
  isAnswer: (body) => Array.isArray(body['choices']),
  findError: findChatError,
  errorBody: chatErrorBody,
  errorEvent: chatErrorEvent,
};
