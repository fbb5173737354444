import { isObject, objectAt } from '../../../../lib/json-reading.ts';
import type { JsonObject } from '../../../../lib/json-reading.ts';
import { isIssuedState } from '../mock-state.ts';
import { camelNames } from './camel-names.ts';
import { objectsOf, refuseIf, refuseUnknown, shown } from './request-check.ts';

const DATA = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
];
const BESIDES = ['thought', 'thoughtSignature', 'videoMetadata', 'mediaResolution', 'partMetadata'];
/** What Gemini takes in place of a signature that was lost. */
const SENTINEL = 'skip_thought_signature_validator';

interface Content {
  readonly role: string;
  readonly parts: readonly JsonObject[];
}

/** Contents and their parts, as many responses as calls right behind them, and Gemini 3's signatures. */
export function checkGeminiContents(value: unknown, model: string): void {
  const contents = objectsOf(value).map((content, index) => readContent(content, index));
  refuseIf(contents.length === 0, '* GenerateContentRequest.contents: contents is not specified');
  contents.forEach((content, index) => checkPairs(content, contents[index - 1], contents[index + 1]));
  if (model.startsWith('gemini-3')) checkSignatures(contents);
}

function readContent(content: JsonObject, index: number): Content {
  const place = `contents[${index}]`;
  refuseUnknown(content, ['role', 'parts'], (name) => `Invalid JSON payload received. Unknown name "${name}" at '${place}': Cannot find field.`);
  const role = shown(content['role'] ?? 'user');
  refuseIf(!['user', 'model', 'function'].includes(role), 'Please use a valid role: user, model.');
  const parts = objectsOf(content['parts']).map(camelNames);
  refuseIf(parts.length === 0, `* GenerateContentRequest.${place}.parts: contents.parts must not be empty.`);
  parts.forEach((part, at) => checkPart(part, `${place}.parts[${at}]`));
  return { role, parts };
}

function checkPart(part: JsonObject, place: string): void {
  refuseUnknown(part, [...DATA, ...BESIDES], (name) => `Invalid JSON payload received. Unknown name "${name}" at '${place}': Cannot find field.`);
  const found = DATA.filter((name) => part[name] !== undefined);
  refuseIf(found.length !== 1, `* GenerateContentRequest.${place}.data: required oneof field 'data' must have one initialized field`);
  const { functionCall: call, functionResponse: response, thoughtSignature: signature } = part;
  if (call !== undefined) checkCall(call, `${place}.function_call`);
  if (response !== undefined) checkResponse(response, `${place}.function_response`);
  const inline = objectAt(part, 'inlineData');
  const isUntyped = part['inlineData'] !== undefined && (typeof camelNames(inline)['mimeType'] !== 'string' || typeof inline['data'] !== 'string');
  refuseIf(isUntyped, `Unable to process input: ${place}.inline_data needs mime_type and data.`);
  const isForeign = signature !== undefined && signature !== SENTINEL && !isIssuedState('gemini', null, signature);
  refuseIf(isForeign, `Thought signature is not valid at ${place}.`);
}

function checkCall(call: unknown, place: string): void {
  const { name, args } = isObject(call) ? call : {};
  refuseIf(typeof name !== 'string' || name === '', `* GenerateContentRequest.${place}.name: Name cannot be empty.`);
  refuseIf(args !== undefined && !isObject(args), `Invalid value at '${place}.args' (type.googleapis.com/google.protobuf.Struct)`);
}

function checkResponse(response: unknown, place: string): void {
  const { name, response: given } = isObject(response) ? response : {};
  refuseIf(typeof name !== 'string' || name === '', `* GenerateContentRequest.${place}.name: Name cannot be empty.`);
  refuseIf(!isObject(given), `Invalid value at '${place}.response' (type.googleapis.com/google.protobuf.Struct)`);
}

function checkPairs(content: Content, before: Content | undefined, behind: Content | undefined): void {
  const calls = countOf(content, 'functionCall');
  const responses = countOf(content, 'functionResponse');
  const isEarly = calls > 0 && before?.role === 'model';
  refuseIf(
    calls > 0 && (before === undefined || isEarly),
    'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
  );
  const isLate = responses > 0 && countOf(before, 'functionCall') === 0;
  refuseIf(isLate, 'Please ensure that function response turn comes immediately after a function call turn.');
  const isUneven = calls > 0 && countOf(behind, 'functionResponse') !== calls;
  refuseIf(
    isUneven,
    'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
  );
}

function countOf(content: Content | undefined, name: string): number {
  return (content?.parts ?? []).filter((part) => part[name] !== undefined).length;
}

/** The current turn begins behind the last words of the user; the first call of each step in it must be signed. */
function checkSignatures(contents: readonly Content[]): void {
  const start = contents.findLastIndex(({ role, parts }) => role !== 'model' && parts.some((part) => part['functionResponse'] === undefined));
  for (const { parts } of contents.slice(start + 1)) {
    const first = parts.find((part) => part['functionCall'] !== undefined);
    if (first === undefined) continue;
    const { functionCall, thoughtSignature: signature } = first;
    const { name } = isObject(functionCall) ? functionCall : {};
    refuseIf(signature === undefined, `Function call is missing a thought_signature in functionCall parts: \`${shown(name)}\`.`);
    const isOther = signature !== SENTINEL && !isIssuedState('gemini', shown(name), signature);
    refuseIf(isOther, `Thought signature of function call \`${shown(name)}\` is not valid.`);
  }
}
