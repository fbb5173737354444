import { STATE_TAG } from '../../domain/canonical/opaque-state.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import { isOwnDetail } from './reasoning-details.ts';

/**
 * The request without the reasoning state that we gave to the client and that no chat server can read; and without Google's signatures of calls, where
 * the server is known not to read them. Everything else stays as it is.
 */
export function withoutForeignState(body: JsonObject, mayReadGoogle: boolean): JsonObject {
  const messages = body['messages'];
  if (!Array.isArray(messages)) return body;
  return { ...body, messages: messages.map((message: unknown) => (isObject(message) ? cleanMessage(message, mayReadGoogle) : message)) };
}

function cleanMessage(message: JsonObject, mayReadGoogle: boolean): JsonObject {
  const kept: [string, unknown][] = [];
  for (const [name, value] of Object.entries(message)) {
    if (name === 'reasoning_details' && Array.isArray(value)) {
      const others = value.filter((detail) => !isOwnDetail(detail));
      if (others.length > 0 || value.length === 0) kept.push([name, others]);
    } else if (name === 'tool_calls' && Array.isArray(value)) {
      kept.push([name, value.map((call: unknown) => (isObject(call) ? cleanCall(call, mayReadGoogle) : call))]);
    } else kept.push([name, value]);
  }
  return Object.fromEntries(kept);
}

function cleanCall(call: JsonObject, mayReadGoogle: boolean): JsonObject {
  const signature = objectAt(objectAt(call, 'extra_content'), 'google')['thought_signature'];
  if (typeof signature !== 'string' || (mayReadGoogle && !signature.startsWith(STATE_TAG))) return call;
  const { extra_content: _extra, ...rest } = call;
  return rest;
}
