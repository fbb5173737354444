import { STATE_TAG } from '../../domain/canonical/opaque-state.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import { isOwnDetail } from './reasoning-details.ts';

/** The request without the reasoning state that we gave to the client and that no chat server can read. Everything else stays as it is. */
export function withoutForeignState(body: JsonObject): JsonObject {
  const messages = body['messages'];
  if (!Array.isArray(messages)) return body;
  return { ...body, messages: messages.map((message: unknown) => (isObject(message) ? cleanMessage(message) : message)) };
}

function cleanMessage(message: JsonObject): JsonObject {
  const kept: [string, unknown][] = [];
  for (const [name, value] of Object.entries(message)) {
    if (name === 'reasoning_details' && Array.isArray(value)) {
      const others = value.filter((detail) => !isOwnDetail(detail));
      if (others.length > 0 || value.length === 0) kept.push([name, others]);
    } else if (name === 'tool_calls' && Array.isArray(value)) {
      kept.push([name, value.map((call: unknown) => (isObject(call) ? cleanCall(call) : call))]);
    } else kept.push([name, value]);
  }
  return Object.fromEntries(kept);
}

function cleanCall(call: JsonObject): JsonObject {
  const signature = objectAt(objectAt(call, 'extra_content'), 'google')['thought_signature'];
  if (typeof signature !== 'string' || !signature.startsWith(STATE_TAG)) return call;
  const { extra_content: _extra, ...rest } = call;
  return rest;
}
