import type { JsonObject } from '../../lib/json-reading.ts';
import type { CountTranslation } from '../translation.ts';
import { decodeCountRequest } from './decode-request.ts';
import { encodeMessagesRequest } from './encode-request.ts';

/** What of a request has tokens; anything else is refused as an extra input (Anthropic API reference, Count tokens). */
const COUNTED = new Set(['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking', 'output_config']);

/** `POST /v1/messages/count_tokens`. */
export const messagesCounting: CountTranslation = {
  decodeRequest: decodeCountRequest,
  encodeRequest(request, target) {
    const encoded = encodeMessagesRequest(request, target);
    const body: JsonObject = Object.fromEntries(Object.entries(encoded.body).filter(([field]) => COUNTED.has(field)));
    return { ...encoded, path: '/messages/count_tokens', body };
  },
  decodeCount(body) {
    const tokens = body['input_tokens'];
    return typeof tokens === 'number' && Number.isFinite(tokens) && tokens >= 0 ? tokens : null;
  },
  encodeCount: (inputTokens) => `{"input_tokens":${inputTokens}}`,
};
