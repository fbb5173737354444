import { STATE_TAG } from '../../domain/canonical/opaque-state.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';

/**
 * The request without what only the gateway can read: thoughts of other providers that it gave the client to keep, thoughts that nobody signed,
 * and its own citations. Anthropic's servers refuse all three. Everything else stays as it is.
 */
export function withoutForeignState(body: JsonObject): JsonObject {
  const { messages } = body;
  if (!Array.isArray(messages)) return body;
  const cleaned = messages.flatMap((message: unknown) => cleanMessage(message));
  if (cleaned.length === messages.length && cleaned.every((message, place) => message === messages[place])) return body;
  const clean = { ...body, messages: cleaned };
  return isUnprovedLoop(clean) ? withoutThinking(clean) : clean;
}

/** Told to think with a budget, the API refuses a tool loop whose answer does not begin with a thought that it signed. */
function isUnprovedLoop({ thinking, messages }: JsonObject & { readonly messages: readonly unknown[] }): boolean {
  if (!isObject(thinking) || thinking['type'] !== 'enabled') return false;
  const last = messages.findLast((message) => isObject(message) && message['role'] === 'assistant');
  const content: readonly unknown[] = isObject(last) && Array.isArray(last['content']) ? last['content'] : [];
  const types = content.map((block) => (isObject(block) ? block['type'] : undefined));
  return types.includes('tool_use') && types[0] !== 'thinking' && types[0] !== 'redacted_thinking';
}

function withoutThinking(body: JsonObject): JsonObject {
  const { thinking: _, ...rest } = body;
  return rest;
}

/** A message of which nothing remains goes: the servers refuse empty ones, and join their neighbours. */
function cleanMessage(message: unknown): readonly unknown[] {
  if (!isObject(message) || message['role'] !== 'assistant' || !Array.isArray(message['content'])) return [message];
  const before: readonly unknown[] = message['content'];
  const content = before.filter((block) => !isForeignThought(block)).map(withoutOwnCitations);
  if (content.length === before.length && content.every((block, place) => block === before[place])) return [message];
  return content.length === 0 ? [] : [{ ...message, content }];
}

function isForeignThought(block: unknown): boolean {
  if (!isObject(block)) return false;
  if (block['type'] === 'thinking') return block['signature'] === undefined || block['signature'] === '' || isTagged(block['signature']);
  return block['type'] === 'redacted_thinking' && isTagged(block['data']);
}

function withoutOwnCitations(block: unknown): unknown {
  if (!isObject(block) || !Array.isArray(block['citations'])) return block;
  const citations = block['citations'].filter((each: unknown) => !isObject(each) || !isTagged(each['encrypted_index']));
  if (citations.length === block['citations'].length) return block;
  const { citations: _, ...rest } = block;
  return citations.length === 0 ? rest : { ...rest, citations };
}

function isTagged(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(STATE_TAG);
}
