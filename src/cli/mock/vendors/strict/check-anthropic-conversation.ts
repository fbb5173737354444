import { isObject } from '../../../../lib/json-reading.ts';
import type { JsonObject } from '../../../../lib/json-reading.ts';
import { isIssuedState } from '../mock-state.ts';
import { objectsOf, refuseIf, refuseUnknown, shown } from './request-check.ts';
import type { CheckedRequest } from './request-check.ts';

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  text: ['text', 'citations'],
  image: ['source'],
  document: ['source', 'title', 'context', 'citations'],
  tool_use: ['id', 'name', 'input', 'caller'],
  tool_result: ['tool_use_id', 'content', 'is_error'],
  thinking: ['thinking', 'signature'],
  redacted_thinking: ['data'],
};
const ASSISTANT_ONLY = ['tool_use', 'thinking', 'redacted_thinking'];
const USER_ONLY = ['tool_result', 'image'];

const IMAGES = { base64: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'], url: [], file: [] };
const DOCUMENTS = { base64: ['application/pdf'], text: ['text/plain'], url: [], file: [], content: [] };

/** Messages of one role that follow each other, as the API merges them. */
interface Turn {
  readonly role: string;
  readonly blocks: JsonObject[];
}

/** Blocks, their places and members, signatures, and results that stand first in the message behind their calls. */
export function checkAnthropicConversation({ body, headers, model }: CheckedRequest, isThinking: boolean): void {
  const isNew = headers['anthropic-version'] === '2026-10-21';
  checkSystem(body['system']);
  const messages = objectsOf(body['messages']);
  refuseIf(messages.length === 0, 'messages: at least one message is required');
  const turns: Turn[] = [];
  messages.forEach((message, index) => {
    const field = `messages.${index}`;
    const role = shown(message['role']);
    refuseUnknown(message, ['role', 'content'], (name) => `${field}.${name}: Extra inputs are not permitted`);
    refuseIf(role === 'system' && !/opus-(4-8|5)/.test(model), "role 'system' is not supported on this model");
    refuseIf(!['user', 'assistant', 'system'].includes(role), `messages: Unexpected role "${role}".`);
    const blocks = blocksOf(message['content'], field);
    blocks.forEach((block, at) => checkBlock(block, role, isNew, `${field}.content.${at}`));
    const last = turns.at(-1);
    if (last?.role === role) last.blocks.push(...blocks);
    else turns.push({ role, blocks: [...blocks] });
  });
  refuseIf(turns[0]?.role === 'assistant', 'messages: first message must use the "user" role');
  checkPairs(turns);
  checkEnd(turns, model, isThinking);
}

function checkSystem(system: unknown): void {
  objectsOf(system).forEach((block, index) => {
    refuseIf(block['type'] !== 'text', `system.${index}.type: Input should be 'text'`);
    refuseIf(block['text'] === '', `system: text content blocks must be non-empty`);
  });
}

function blocksOf(content: unknown, field: string): readonly JsonObject[] {
  if (typeof content === 'string') {
    refuseIf(content === '', `${field}: all messages must have non-empty content except for the optional final assistant message`);
    return [{ type: 'text', text: content }];
  }
  const blocks = objectsOf(content);
  refuseIf(blocks.length === 0, `${field}: all messages must have non-empty content except for the optional final assistant message`);
  return blocks;
}

function checkBlock(block: JsonObject, role: string, isNew: boolean, field: string): void {
  const type = shown(block['type']);
  const members = MEMBERS[type];
  if (members === undefined) {
    refuseIf(
      !/^(search_result|server_tool_use|.+_tool_result)$/.test(type),
      `${field}: Input tag '${type}' found using 'type' does not match any of the expected tags`,
    );
    return;
  }
  refuseUnknown(block, ['type', 'cache_control', ...members], (name) => `${field}.${type}.${name}: Extra inputs are not permitted`);
  refuseIf(role === 'user' && ASSISTANT_ONLY.includes(type), `${field}: \`${type}\` blocks can only be in \`assistant\` messages`);
  refuseIf(role === 'assistant' && USER_ONLY.includes(type), `${field}: \`${type}\` blocks can only be in \`user\` messages`);
  refuseIf(role === 'assistant' && isNew && type === 'document', `${field}: \`document\` blocks are not permitted in \`assistant\` messages`);
  if (type === 'text') checkText(block, field);
  if (type === 'tool_use') checkToolUse(block, field);
  if (type === 'tool_result') objectsOf(block['content']).forEach((part, at) => checkResultPart(part, `${field}.tool_result.content.${at}`));
  if (type === 'image') checkSource(block['source'], IMAGES, `${field}.image.source`);
  if (type === 'document') checkSource(block['source'], DOCUMENTS, `${field}.document.source`);
  if (type === 'thinking') {
    const { thinking, signature } = block;
    refuseIf(!isIssuedState('anthropic', shown(thinking), signature), `${field}: Invalid \`signature\` in \`thinking\` block`);
  }
  if (type === 'redacted_thinking')
    refuseIf(!isIssuedState('anthropic', null, block['data']), `${field}: Invalid \`data\` in \`redacted_thinking\` block`);
}

function checkText(block: JsonObject, field: string): void {
  const { text } = block;
  refuseIf(typeof text !== 'string', `${field}.text.text: Input should be a valid string`);
  refuseIf(text === '', 'messages: text content blocks must be non-empty');
  refuseIf(shown(text).trim() === '', 'messages: text content blocks must contain non-whitespace text');
}

function checkToolUse(block: JsonObject, field: string): void {
  refuseIf(
    typeof block['id'] !== 'string' || !/^[a-zA-Z0-9_-]+$/.test(block['id']),
    `${field}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`,
  );
  refuseIf(!isObject(block['input']), `${field}.tool_use.input: Input should be a valid dictionary`);
  refuseIf(typeof block['name'] !== 'string' || block['name'] === '', `${field}.tool_use.name: String should have at least 1 character`);
}

function checkResultPart(part: JsonObject, field: string): void {
  refuseIf(
    !['text', 'image', 'search_result', 'document', 'tool_reference'].includes(shown(part['type'])),
    `${field}: Input tag '${shown(part['type'])}' does not match any of the expected tags`,
  );
  if (part['type'] === 'text') checkText(part, field);
  if (part['type'] === 'image') checkSource(part['source'], IMAGES, `${field}.image.source`);
  if (part['type'] === 'document') checkSource(part['source'], DOCUMENTS, `${field}.document.source`);
}

/** `base64` and `text`: media types; the rest must only be among the members. */
function checkSource(source: unknown, kinds: Readonly<Record<string, readonly string[]>>, field: string): void {
  const { type, media_type: mediaType, data } = isObject(source) ? source : {};
  const kind = shown(type);
  const mediaTypes = kinds[kind];
  refuseIf(mediaTypes === undefined, `${field}: Input tag '${kind}' found using 'type' does not match any of the expected tags`);
  if (kind !== 'base64' && kind !== 'text') return;
  const expected = mediaTypes?.map((each) => `'${each}'`).join(' or ') ?? '';
  refuseIf(mediaTypes?.includes(shown(mediaType)) === false, `${field}.${kind}.media_type: Input should be ${expected}`);
  refuseIf(kind === 'base64' && !/^[A-Za-z0-9+/]+=*$/.test(shown(data)), `${field}.base64.data: Input should be valid base64`);
}

function checkPairs(turns: readonly Turn[]): void {
  const seen = new Set<unknown>();
  turns.forEach((turn, index) => {
    const previous = callIds(turns[index - 1]);
    const results = turn.blocks.filter((block) => block['type'] === 'tool_result').map((block) => block['tool_use_id']);
    const orphan = results.find((id) => !previous.includes(id));
    refuseIf(orphan !== undefined, `messages: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${shown(orphan)}.`);
    const unanswered = previous.filter((id) => !results.includes(id));
    const areFirst = turn.blocks.slice(0, results.length).every((block) => block['type'] === 'tool_result');
    refuseUnanswered(previous.length > 0 && !areFirst ? previous : unanswered);
    for (const id of callIds(turn)) {
      refuseIf(seen.has(id), 'messages: `tool_use` ids must be unique');
      seen.add(id);
    }
  });
  refuseUnanswered(callIds(turns.at(-1)));
}

function refuseUnanswered(ids: readonly unknown[]): void {
  refuseIf(
    ids.length > 0,
    `messages: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  );
}

function callIds(turn: Turn | undefined): readonly unknown[] {
  return (turn?.blocks ?? []).filter((block) => block['type'] === 'tool_use').map((block) => block['id']);
}

function checkEnd(turns: readonly Turn[], model: string, isThinking: boolean): void {
  const last = turns.at(-1);
  const lastText = last?.role === 'assistant' ? last.blocks.at(-1)?.['text'] : undefined;
  refuseIf(typeof lastText === 'string' && lastText !== lastText.trimEnd(), 'messages: final assistant content cannot end with trailing whitespace');
  const mayPrefill = !isThinking && /-4-[0-5](?!\d)|-4-2025|claude-3/.test(model);
  refuseIf(
    last?.role === 'assistant' && !mayPrefill,
    'This model does not support assistant message prefill. The conversation must end with a user message.',
  );
  if (!isThinking) return;
  const answer = turns.findLast(({ role }) => role === 'assistant');
  const first = answer?.blocks[0]?.['type'];
  const isBare = answer !== undefined && callIds(answer).length > 0 && first !== 'thinking' && first !== 'redacted_thinking';
  refuseIf(
    isBare,
    `messages: Expected \`thinking\` or \`redacted_thinking\`, but found \`${shown(first)}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block.`,
  );
}
