import type { ToolCallPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import { TurnBuilder } from '../../domain/canonical/turn-builder.ts';
import { isObject, parseJson, type JsonObject } from '../../lib/json-reading.ts';
import { listField, objectField, refuseField, requiredObjectField, requiredTextField, textField } from '../openai-fields.ts';
import type { UnmappedFields } from '../unmapped-fields.ts';
import { decodeAssistantContent, decodeTextContent, decodeUserContent } from './decode-content.ts';
import { readMessageReasoning } from './reasoning-details.ts';
import { readToolCallState } from './tool-call-state.ts';

/** `annotations` are the sources of an answer, which say nothing to a model that reads it again. */
const MESSAGE_MEMBERS = new Set(
  [
    ['role', 'content', 'name', 'refusal', 'tool_calls', 'tool_call_id', 'function_call', 'audio', 'annotations'],
    ['reasoning', 'reasoning_content', 'reasoning_details'],
  ].flat(),
);

/** The conversation in its normal form. */
export function decodeMessages(body: JsonObject, unmapped: UnmappedFields): readonly CanonicalTurn[] {
  const messages = listField(body, 'messages') ?? refuseField('messages', 'is missing');
  if (messages.length === 0) refuseField('messages', 'holds no message');
  const reader = new MessageReader(unmapped);
  for (const [index, message] of messages.entries()) {
    const place = `messages[${index}]`;
    reader.read(isObject(message) ? message : refuseField(place, 'has to be an object'), place);
  }
  const turns = reader.turns();
  return turns.length === 0 ? refuseField('messages', 'holds no text') : turns;
}

class MessageReader {
  readonly #turns = new TurnBuilder();
  readonly #unmapped: UnmappedFields;
  /** Calls of the deprecated kind, which have no ids. */
  #functionCalls = 0;

  constructor(unmapped: UnmappedFields) {
    this.#unmapped = unmapped;
  }

  turns(): readonly CanonicalTurn[] {
    return this.#turns.build();
  }

  read(message: JsonObject, place: string): void {
    this.#unmapped.addUnknown(message, MESSAGE_MEMBERS, 'messages.');
    const { role } = message;
    if (role !== 'function' && textField(message, 'name', place) !== null) this.#unmapped.add('messages.name', 'hint');
    switch (role) {
      case 'system':
      case 'developer':
        return this.#readSystem(message, place);
      case 'user':
        return this.#readUser(message, place);
      case 'assistant':
        return this.#readAssistant(message, place);
      case 'tool':
        return this.#readTool(message, place);
      case 'function':
        return this.#readFunction(message, place);
      default:
        return refuseField(`${place}.role`, 'has to be one of system, developer, user, assistant, tool, function');
    }
  }

  #readSystem(message: JsonObject, place: string): void {
    requireContent(message, place);
    for (const [index, [part, field]] of decodeTextContent(message, place, this.#unmapped).entries()) {
      this.#turns.add('system', part, field, index === 0);
    }
  }

  #readUser(message: JsonObject, place: string): void {
    requireContent(message, place);
    for (const [part, field] of decodeUserContent(message, place, this.#unmapped)) this.#turns.add('user', part, field);
  }

  #readAssistant(message: JsonObject, place: string): void {
    const calls = this.#readCalls(message, place);
    const refusal = textField(message, 'refusal', place);
    const audio = objectField(message, 'audio', place);
    if (audio !== null) this.#unmapped.add('messages.audio', 'state');
    if (calls.length === 0 && refusal === null && audio === null) requireContent(message, place);
    const { thoughts, textState } = readMessageReasoning(message);
    for (const thought of thoughts) this.#turns.add('assistant', thought, place);
    let openState = textState;
    for (const [part, field] of decodeAssistantContent(message, place, this.#unmapped)) {
      if (part.type === 'text' && openState !== null) {
        this.#turns.add('assistant', { ...part, state: openState }, field);
        openState = null;
      } else this.#turns.add('assistant', part, field);
    }
    if (refusal !== null && refusal !== '') this.#turns.add('assistant', { type: 'refusal', text: refusal }, `${place}.refusal`);
    for (const [call, field] of calls) {
      this.#turns.add('assistant', openState === null ? call : { state: openState, ...call }, field);
      openState = null;
    }
  }

  #readCalls(message: JsonObject, place: string): readonly (readonly [ToolCallPart, string])[] {
    const calls: (readonly [ToolCallPart, string])[] = [];
    for (const [index, each] of (listField(message, 'tool_calls', place) ?? []).entries()) {
      const field = `${place}.tool_calls[${index}]`;
      calls.push([readCall(isObject(each) ? each : refuseField(field, 'has to be an object'), field), field]);
    }
    const legacy = objectField(message, 'function_call', place);
    if (legacy === null) return calls;
    const field = `${place}.function_call`;
    this.#functionCalls += 1;
    const id = `call_function_${this.#functionCalls}`;
    const name = requiredTextField(legacy, 'name', field);
    return [...calls, [{ type: 'tool-call', id, name, kind: 'function', input: readArguments(legacy, field) }, field]];
  }

  #readTool(message: JsonObject, place: string): void {
    requireContent(message, place);
    const callId = requiredTextField(message, 'tool_call_id', place);
    const content = decodeTextContent(message, place, this.#unmapped).map(([part]) => part);
    this.#turns.addResult({ type: 'tool-result', callId, content, isError: false }, `${place}.tool_call_id`);
  }

  #readFunction(message: JsonObject, place: string): void {
    const name = requiredTextField(message, 'name', place);
    const call = this.#turns.openCalls().find((each) => each.name === name);
    const content = decodeTextContent(message, place, this.#unmapped).map(([part]) => part);
    this.#turns.addResult({ type: 'tool-result', callId: call?.id ?? '', content, isError: false }, `${place}.name`);
  }
}

function requireContent(message: JsonObject, place: string): void {
  if ((message['content'] ?? null) === null) refuseField(`${place}.content`, 'has to be a string or a list of parts');
}

function readCall(call: JsonObject, field: string): ToolCallPart {
  const id = requiredTextField(call, 'id', field);
  const state = readToolCallState(call);
  const marks = state === null ? {} : { state };
  switch (call['type']) {
    case 'function': {
      const called = requiredObjectField(call, 'function', field);
      const name = requiredTextField(called, 'name', `${field}.function`);
      return { type: 'tool-call', id, name, kind: 'function', input: readArguments(called, `${field}.function`), ...marks };
    }
    case 'custom': {
      const called = requiredObjectField(call, 'custom', field);
      const name = requiredTextField(called, 'name', `${field}.custom`);
      return { type: 'tool-call', id, name, kind: 'custom', input: textField(called, 'input', `${field}.custom`) ?? '', ...marks };
    }
    default:
      return refuseField(`${field}.type`, 'has to be "function" or "custom"');
  }
}

/** Arguments as the text of an object. What a model wrote may be no JSON; the servers take it back all the same, so it is kept as text. */
function readArguments(called: JsonObject, field: string): string {
  const text = textField(called, 'arguments', field) ?? '';
  if (text.trim() === '') return '{}';
  return isObject(parseJson(text)) ? text : JSON.stringify({ input: text });
}
