import type { CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import { TurnBuilder } from '../../domain/canonical/turn-builder.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import type { UnmappedFields } from '../unmapped-fields.ts';
import { isAbsent, readArray, readObject, readOptionalBoolean, readString, refuse } from './client-fields.ts';
import { noteServerBlock, readAssistantBlocks } from './decode-assistant.ts';
import { markOf, readContentBlock, textParts, type ContentPart } from './decode-content.ts';

/** `system` and `messages` as turns. */
export function readConversation(body: JsonObject, unmapped: UnmappedFields): readonly CanonicalTurn[] {
  const turns = new TurnBuilder();
  if (!isAbsent(body['system'])) addSystem(turns, body['system'], 'system', unmapped);
  const messages = readArray(body['messages'], 'messages');
  if (messages.length === 0) refuse('messages', 'must hold at least one message');
  for (const [place, each] of messages.entries()) addMessage(turns, readObject(each, `messages[${place}]`), place, unmapped);
  return turns.build();
}

function addMessage(turns: TurnBuilder, message: JsonObject, place: number, unmapped: UnmappedFields): void {
  const field = `messages[${place}]`;
  switch (message['role']) {
    case 'system':
      addSystem(turns, message['content'], `${field}.content`, unmapped);
      return;
    case 'user':
      for (const [block, at] of blocksOf(message['content'], `${field}.content`)) addUserBlock(turns, block, at, unmapped);
      return;
    case 'assistant': {
      if (place === 0) refuse(`${field}.role`, 'must be user: a conversation begins with the user');
      const blocks = blocksOf(message['content'], `${field}.content`).map(([block]) => block);
      for (const { part, field: at } of readAssistantBlocks(blocks, `${field}.content`, unmapped)) turns.add('assistant', part, at);
      return;
    }
    default:
      refuse(`${field}.role`, 'must be user, assistant or system');
  }
}

/** The blocks with their fields; a string is one block of text. */
function blocksOf(content: unknown, field: string): readonly (readonly [JsonObject, string])[] {
  if (typeof content === 'string') return [[{ type: 'text', text: content }, field]];
  if (!Array.isArray(content)) return refuse(field, 'must be a string or an array of blocks');
  return content.map((each, place) => [readObject(each, `${field}[${place}]`), `${field}[${place}]`]);
}

function addSystem(turns: TurnBuilder, content: unknown, field: string, unmapped: UnmappedFields): void {
  let isNew = true;
  for (const [block, at] of blocksOf(content, field)) {
    const type = readString(block['type'], `${at}.type`);
    if (type !== 'text') {
      // Inside the conversation they change more than words: which tools there are, how much is thought.
      if (field === 'system') refuse(`${at}.type`, 'must be text');
      unmapped.add(type, 'hint');
      continue;
    }
    for (const part of textParts(readString(block['text'], `${at}.text`), block)) {
      turns.add('system', part, at, isNew);
      isNew = false;
    }
  }
}

function addUserBlock(turns: TurnBuilder, block: JsonObject, field: string, unmapped: UnmappedFields): void {
  const type = readString(block['type'], `${field}.type`);
  if (type === 'tool_result') {
    addResult(turns, block, field, unmapped);
    return;
  }
  if (type === 'tool_use' || type === 'thinking' || type === 'redacted_thinking')
    refuse(`${field}.type`, `is ${type}, which stands in assistant messages only`);
  const parts = readContentBlock(block, field, unmapped);
  if (parts === null) noteServerBlock(type, `${field}.type`, unmapped);
  else for (const part of parts) turns.add('user', part, field);
}

function addResult(turns: TurnBuilder, block: JsonObject, field: string, unmapped: UnmappedFields): void {
  const callId = readString(block['tool_use_id'], `${field}.tool_use_id`);
  const isError = readOptionalBoolean(block['is_error'], `${field}.is_error`) ?? false;
  const content = isAbsent(block['content']) ? [] : blocksOf(block['content'], `${field}.content`);
  const parts = content.flatMap(([each, at]) => readResultBlock(each, at, unmapped));
  turns.addResult({ type: 'tool-result', callId, content: parts, isError, ...markOf(block) }, field);
}

function readResultBlock(block: JsonObject, field: string, unmapped: UnmappedFields): readonly ContentPart[] {
  // Names a tool that the API is to show the model, or shows it the API's own browser.
  if (block['type'] === 'tool_reference' || block['type'] === 'browser_state') {
    unmapped.add(block['type'], 'hint');
    return [];
  }
  return readContentBlock(block, field, unmapped) ?? refuse(`${field}.type`, 'must be text, image, document, search_result or tool_reference');
}
