import { positiveAt } from '../../lib/json-reading.ts';
import type { WireProtocol } from '../wire-protocol.ts';
import { findMessageError, messageErrorBody, messageErrorEvent } from './errors.ts';
import { readMessageEventUsage, readMessageUsage } from './usage.ts';

/** Anthropic Messages, and its count_tokens. */
export const anthropicMessages: WireProtocol = {
  name: 'anthropic-messages',
  requiredHeaders: { 'anthropic-version': '2023-06-01' },
  maxOutputTokens: (body) => positiveAt(body, 'max_tokens'),
  promptFields: ['messages', 'system', 'tools'],
  modelPath: ['model'],
  eventModelPath: ['message', 'model'],
  readUsage: readMessageUsage,
  readEventUsage: readMessageEventUsage,
  stream: {
    text: ['"text":', '"thinking":', '"partial_json":'],
    usage: '"usage":',
    terminal: [],
    lastEvents: ['message_stop'],
    error: '"error"',
  },
  isAnswer: (body) => body['type'] === 'message' || Array.isArray(body['content']) || typeof body['input_tokens'] === 'number',
  findError: findMessageError,
  errorBody: messageErrorBody,
  errorEvent: messageErrorEvent,
};
