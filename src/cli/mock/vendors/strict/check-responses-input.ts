import type { JsonObject } from '../../../../lib/json-reading.ts';
import { isIssuedState } from '../mock-state.ts';
import { objectsOf, refuseIf, refuseUnknown, shown } from './request-check.ts';

const ITEMS: Readonly<Record<string, readonly string[]>> = {
  message: ['type', 'role', 'content', 'id', 'status', 'phase'],
  // OpenAI's own client leaves `parsed_arguments` in the items that it gives.
  function_call: ['type', 'call_id', 'name', 'arguments', 'id', 'status', 'namespace', 'parsed_arguments'],
  function_call_output: ['type', 'call_id', 'output', 'id', 'status'],
  custom_tool_call: ['type', 'call_id', 'name', 'input', 'id', 'status'],
  custom_tool_call_output: ['type', 'call_id', 'output', 'id', 'status'],
  reasoning: ['type', 'id', 'summary', 'content', 'encrypted_content', 'status'],
};
const ID_STARTS: Readonly<Record<string, string>> = { message: 'msg', function_call: 'fc', custom_tool_call: 'ctc', reasoning: 'rs' };
const LONGEST_ID = 64;

/** The input of a Responses request: items and their ids, parts by role, calls that have their outputs, reasoning that belongs to what follows. */
export function checkResponsesInput(input: unknown, isStateless: boolean): void {
  if (typeof input === 'string') {
    refuseIf(input === '', "Invalid 'input': empty string.");
    return;
  }
  const items = objectsOf(input);
  refuseIf(items.length === 0, "Missing required parameter: 'input'.");
  items.forEach((item, index) => {
    const type = shown(item['type'] ?? 'message');
    const field = `input[${index}]`;
    const members = ITEMS[type];
    if (members === undefined) return;
    refuseUnknown(item, members, (name) => `Unknown parameter: '${field}.${name}'.`);
    checkId(item, type, field);
    if (type === 'message') checkMessage(item, field);
    if (type === 'function_call') checkCall(item, field);
    if (type === 'reasoning') checkReasoning(item, items[index + 1], field, isStateless);
  });
  checkPairs(items);
}

function checkId(item: JsonObject, type: string, field: string): void {
  const { id } = item;
  const start = ID_STARTS[type];
  if (typeof id !== 'string' || start === undefined) return;
  refuseIf(!id.startsWith(start), `Invalid '${field}.id': '${id}'. Expected an ID that begins with '${start}'.`);
  refuseIf(id.length > LONGEST_ID, `Invalid '${field}.id': string too long. Expected a string with maximum length ${LONGEST_ID}.`);
}

function checkMessage(item: JsonObject, field: string): void {
  const role = shown(item['role']);
  refuseIf(!['user', 'assistant', 'system', 'developer'].includes(role), `Invalid value: '${role}'. (${field}.role)`);
  const types = role === 'assistant' ? ['output_text', 'refusal'] : ['input_text', 'input_image', 'input_file', 'input_audio'];
  objectsOf(item['content']).forEach((part, index) => {
    const type = shown(part['type']);
    const words = `Invalid value: '${type}'. Supported values are: ${types.map((each) => `'${each}'`).join(' and ')}. (${field}.content[${index}])`;
    refuseIf(!types.includes(type), words);
    refuseIf(
      type === 'input_image' && typeof part['image_url'] === 'object',
      `Invalid type for '${field}.content[${index}].image_url': expected a string.`,
    );
  });
}

function checkCall(item: JsonObject, field: string): void {
  for (const name of ['call_id', 'name', 'arguments']) {
    refuseIf(typeof item[name] !== 'string', `Missing required parameter: '${field}.${name}'.`);
  }
  refuseIf(
    shown(item['call_id']).length > LONGEST_ID,
    `Invalid '${field}.call_id': string too long. Expected a string with maximum length ${LONGEST_ID}.`,
  );
}

function checkReasoning(item: JsonObject, next: JsonObject | undefined, field: string, isStateless: boolean): void {
  const { id, encrypted_content: sealed } = item;
  refuseIf(!Array.isArray(item['summary']), `Missing required parameter: '${field}.summary'.`);
  if (sealed === undefined || sealed === null) {
    refuseIf(
      isStateless || !shown(id).startsWith('rs_mock'),
      `Item with id '${shown(id)}' not found. Items are not persisted when \`store\` is set to false.`,
    );
  } else {
    refuseIf(!isIssuedState('openai', null, sealed), `The encrypted content for item ${shown(id)} could not be verified.`);
  }
  const isFollowed =
    next !== undefined && (next['role'] === 'assistant' || ['function_call', 'custom_tool_call', 'reasoning'].includes(shown(next['type'])));
  refuseIf(!isFollowed, `Item '${shown(id)}' of type 'reasoning' was provided without its required following item.`);
}

function checkPairs(items: readonly JsonObject[]): void {
  const isOf = (...types: readonly string[]) => items.filter((item) => types.includes(shown(item['type'])));
  const calls = isOf('function_call', 'custom_tool_call').map((item) => item['call_id']);
  const outputs = isOf('function_call_output', 'custom_tool_call_output').map((item) => item['call_id']);
  const orphan = outputs.find((id) => !calls.includes(id));
  refuseIf(orphan !== undefined, `No tool call found for function call output with call_id ${shown(orphan)}.`);
  const unanswered = calls.find((id) => !outputs.includes(id));
  refuseIf(unanswered !== undefined, `No tool output found for function call ${shown(unanswered)}.`);
}
