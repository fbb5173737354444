import { isObject, objectAt } from '../../../../lib/json-reading.ts';
import type { JsonObject } from '../../../../lib/json-reading.ts';
import { objectsOf, refuseIf, refuseUnknown, shown } from './request-check.ts';

/** `parsed` is what OpenAI's own client leaves in the messages that it gives. */
const MEMBERS = ['role', 'content', 'name', 'tool_calls', 'tool_call_id', 'refusal', 'audio', 'function_call', 'annotations', 'parsed'];
/** What compatible servers add to assistant messages. */
const EXTENSIONS = ['reasoning_content', 'reasoning', 'reasoning_details'];
const PARTS: Readonly<Record<string, readonly string[]>> = {
  system: ['text'],
  developer: ['text'],
  user: ['text', 'image_url', 'input_audio', 'file'],
  assistant: ['text', 'refusal'],
  tool: ['text'],
};
const LONGEST_ID = 64;

/** The conversation of a chat request: members, parts by role, and calls that are answered before anything else is said. */
export function checkChatMessages(value: unknown, isOpenai: boolean): void {
  const messages = objectsOf(value);
  refuseIf(messages.length === 0, "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.");
  let open: readonly string[] = [];
  messages.forEach((message, index) => {
    const field = `messages[${index}]`;
    refuseUnknown(message, isOpenai ? MEMBERS : [...MEMBERS, ...EXTENSIONS], (name) => `Unknown parameter: '${field}.${name}'.`);
    checkContent(message, field);
    if (message['role'] === 'tool') {
      const id = shown(message['tool_call_id']);
      refuseIf(
        !open.includes(id),
        `Invalid parameter: ${field}: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.`,
      );
      open = open.filter((each) => each !== id);
      return;
    }
    refuseOpen(open);
    open = checkCalls(message, field, isOpenai);
  });
  refuseOpen(open);
}

function refuseOpen(open: readonly string[]): void {
  refuseIf(
    open.length > 0,
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${open.join(', ')}`,
  );
}

function checkContent(message: JsonObject, field: string): void {
  const role = shown(message['role']);
  const types = PARTS[role];
  if (types === undefined) {
    refuseIf(
      role !== 'function',
      `Invalid value: '${role}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.`,
    );
    return;
  }
  const { content } = message;
  const mayBeAbsent =
    role === 'assistant' && ['tool_calls', 'refusal', 'function_call', 'audio'].some((name) => message[name] !== undefined && message[name] !== null);
  refuseIf((content === undefined || content === null) && !mayBeAbsent, `Invalid value for '${field}.content': expected a string, got null.`);
  refuseIf(Array.isArray(content) && content.length === 0, `Invalid '${field}.content': empty array.`);
  objectsOf(content).forEach((part, index) => {
    const type = shown(part['type']);
    refuseIf(
      !types.includes(type),
      `Invalid value: '${type}'. Supported values are: ${types.map((each) => `'${each}'`).join(', ')}. (${field}.content[${index}])`,
    );
    if (type === 'image_url') checkImage(objectAt(part, 'image_url'), `${field}.content[${index}].image_url`);
  });
}

function checkImage(image: JsonObject, field: string): void {
  refuseUnknown(image, ['url', 'detail'], (name) => `Unknown parameter: '${field}.${name}'.`);
  refuseIf(!/^(https?:\/\/|data:image\/[a-z]+;base64,)/.test(shown(image['url'])), `Invalid '${field}.url': expected an http(s) or data URL.`);
}

/** Gives the ids of the calls that must be answered next. */
function checkCalls(message: JsonObject, field: string, isOpenai: boolean): readonly string[] {
  const { tool_calls: value } = message;
  if (value === undefined || value === null) return [];
  const calls = objectsOf(value);
  refuseIf(
    calls.length === 0,
    `Invalid '${field}.tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
  );
  return calls.map((call, index) => {
    const at = `${field}.tool_calls[${index}]`;
    const { id, type } = call;
    refuseUnknown(
      call,
      ['id', 'type', 'function', 'custom', ...(isOpenai ? [] : ['extra_content'])],
      (name) => `Unknown parameter: '${at}.${name}'.`,
    );
    refuseIf(typeof id !== 'string' || id === '', `Missing required parameter: '${at}.id'.`);
    refuseIf(shown(id).length > LONGEST_ID, `Invalid '${at}.id': string too long. Expected a string with maximum length ${LONGEST_ID}.`);
    if (type === 'custom') return shown(id);
    refuseIf(type !== 'function', `Missing required parameter: '${at}.type'.`);
    const { name, arguments: args } = isObject(call['function']) ? call['function'] : {};
    refuseIf(typeof name !== 'string' || name === '', `Missing required parameter: '${at}.function.name'.`);
    refuseIf(typeof args !== 'string', `Invalid type for '${at}.function.arguments': expected a string.`);
    return shown(id);
  });
}
