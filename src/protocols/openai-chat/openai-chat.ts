import { STATE_TAG } from '../../domain/canonical/opaque-state.ts';
import { positiveAt } from '../../lib/json-reading.ts';
import type { WireProtocol } from '../wire-protocol.ts';
import { carries } from './chat-carries.ts';
import { createEventDecoder } from './decode-event.ts';
import { decodeRequest } from './decode-request.ts';
import { decodeResponse } from './decode-response.ts';
import { createEventEncoder } from './encode-event.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeResponse } from './encode-response.ts';
import { chatErrorBody, chatErrorEvent, decodeChatError, findChatError } from './errors.ts';
import { readChatUsage } from './usage.ts';
import { withoutForeignState } from './without-foreign-state.ts';
import { leftOut } from './left-out.ts';

/** OpenAI Chat Completions, and everything that calls itself compatible with it. */
export const openaiChat: WireProtocol = {
  name: 'openai-chat',
  family: 'openai',
  overloadedStatus: 503,
  foreignStateSign: STATE_TAG,
  leftOut,
  googleStateSign: '"thought_signature"',
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
  decodeError: decodeChatError,
  text: { decodeRequest, carries, encodeRequest, decodeResponse, encodeResponse, createEventDecoder, createEventEncoder },
  withoutForeignState,
};
