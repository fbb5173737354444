import { STATE_TAG } from '../../domain/canonical/opaque-state.ts';
import { positiveAt } from '../../lib/json-reading.ts';
import type { WireProtocol } from '../wire-protocol.ts';
import { answerId } from './answer-ids.ts';
import { carriesOfResponses } from './carries.ts';
import { responseCounting } from './counting.ts';
import { ResponseEventDecoder } from './decode-event.ts';
import { decodeResponseRequest } from './decode-request.ts';
import { decodeResponse } from './decode-response.ts';
import { ResponseEventEncoder } from './encode-event.ts';
import { encodeResponseRequest } from './encode-request.ts';
import { encodeResponse } from './encode-response.ts';
import { brokenResponseEvents, decodeResponseError, findResponseError, responseErrorBody } from './errors.ts';
import { madeItems } from './made-items.ts';
import { neededId, storedId } from './stored-id.ts';
import { readResponseEventUsage, readResponseUsage } from './usage.ts';
import { withoutForeignState } from './without-foreign-state.ts';
import { leftOut } from './left-out.ts';

/** OpenAI Responses. */
export const openaiResponses: WireProtocol = {
  name: 'openai-responses',
  family: 'openai',
  overloadedStatus: 503,
  foreignStateSign: STATE_TAG,
  leftOut,
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
  errorEvent: brokenResponseEvents,
  decodeError: decodeResponseError,
  text: {
    decodeRequest: decodeResponseRequest,
    carries: carriesOfResponses,
    encodeRequest: encodeResponseRequest,
    decodeResponse,
    encodeResponse,
    createEventDecoder: (context) => new ResponseEventDecoder(context),
    createEventEncoder: (context) => new ResponseEventEncoder(context),
  },
  counting: responseCounting,
  withoutForeignState,
  answerId,
  storedId,
  neededId,
  madeItems,
};
