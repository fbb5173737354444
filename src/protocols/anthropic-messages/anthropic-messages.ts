import { STATE_TAG } from '../../domain/canonical/opaque-state.ts';
import { positiveAt } from '../../lib/json-reading.ts';
import type { WireProtocol } from '../wire-protocol.ts';
import { carriedFeatures } from './carried-features.ts';
import { messagesCounting } from './count-tokens.ts';
import { MessageEventDecoder } from './decode-event.ts';
import { decodeMessagesRequest } from './decode-request.ts';
import { decodeMessage } from './decode-response.ts';
import { MessageEventEncoder } from './encode-event.ts';
import { encodeMessagesRequest } from './encode-request.ts';
import { encodeMessage } from './encode-response.ts';
import { decodeMessageError, findMessageError, messageErrorBody, messageErrorEvent } from './errors.ts';
import { readMessageEventUsage, readMessageUsage } from './usage.ts';
import { WIRE_VERSION } from './wire-types.ts';
import { withoutForeignState } from './without-foreign-state.ts';
import { leftOut } from './left-out.ts';

/** Anthropic Messages, and its count_tokens. */
export const anthropicMessages: WireProtocol = {
  name: 'anthropic-messages',
  family: 'anthropic',
  overloadedStatus: 529,
  requiredHeaders: { 'anthropic-version': WIRE_VERSION },
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
  decodeError: decodeMessageError,
  text: {
    decodeRequest: decodeMessagesRequest,
    carries: carriedFeatures,
    encodeRequest: encodeMessagesRequest,
    decodeResponse: decodeMessage,
    encodeResponse: encodeMessage,
    createEventDecoder: (context) => new MessageEventDecoder(context),
    createEventEncoder: (context) => new MessageEventEncoder(context),
  },
  counting: messagesCounting,
  withoutForeignState,
  foreignStateSign: STATE_TAG,
  leftOut,
};
