import type { RefusalPart, TextPart, ThinkingPart, ToolCallPart, ToolResultPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { TurnBuilder } from '../../domain/canonical/turn-builder.ts';
import { isObject, parseJson, type JsonObject } from '../../lib/json-reading.ts';
import { readContent } from './decode-content.ts';
import { refuseField, requiredTextField, textField, wordField } from '../openai-fields.ts';
import { readReasoningItem } from './reasoning-item.ts';
import type { UnmappedFields } from '../unmapped-fields.ts';

/** Items that hold something which one provider keeps, or can read alone. */
const KEPT_ITEMS: ReadonlySet<string> = new Set(['item_reference', 'compaction', 'compaction_trigger']);

/** What OpenAI's own tools did and were told. Nobody else can go on from it. */
const HOSTED_ITEM =
  /^(?:web_search|file_search|computer|code_interpreter|image_generation|local_shell|shell|apply_patch|tool_search|mcp|program)(?:_call|_output|_call_output|_list_tools|_approval_request|_approval_response)?$/;

/** Parts of the conversation in the order in which they stand, before they are turns. */
type Entry =
  | {
      readonly role: 'system' | 'user' | 'assistant';
      readonly part: Parameters<TurnBuilder['add']>[1];
      readonly field: string;
      readonly isNew: boolean;
    }
  | { readonly role: 'tool'; readonly result: Omit<ToolResultPart, 'name' | 'kind'>; readonly field: string };

/** `instructions` and `input` as turns, and the tools that items of the input bring along. */
export function readConversation(
  body: JsonObject,
  unmapped: UnmappedFields,
): { readonly turns: readonly CanonicalTurn[]; readonly addedTools: readonly { readonly tools: readonly unknown[]; readonly field: string }[] } {
  const reader = new InputReader(unmapped);
  const instructions = textField(body, 'instructions');
  if (instructions !== null && instructions !== '') reader.addSystem(instructions, 'instructions');
  const input: unknown = body['input'] ?? null;
  if (typeof input === 'string') reader.addUser(input);
  else if (Array.isArray(input)) for (const [index, item] of input.entries()) reader.addItem(item, `input[${index}]`);
  else if (input !== null) refuseField('input', 'has to be a string or a list of items');
  else if (!hasState(unmapped)) refuseField('input', 'is missing');
  return { turns: reader.turns(), addedTools: reader.addedTools };
}

/** The request goes on from something that one provider keeps. */
function hasState(unmapped: UnmappedFields): boolean {
  return unmapped.fields.some(({ weight }) => weight === 'state');
}

class InputReader {
  readonly #unmapped: UnmappedFields;
  readonly #entries: Entry[] = [];
  readonly addedTools: { readonly tools: readonly unknown[]; readonly field: string }[] = [];
  /** Gemini's signature of the call or text that comes next. */
  #waiting: OpaqueState | null = null;

  constructor(unmapped: UnmappedFields) {
    this.#unmapped = unmapped;
  }

  addSystem(text: string, field: string): void {
    this.#entries.push({ role: 'system', part: { type: 'text', text }, field, isNew: true });
  }

  addUser(text: string): void {
    if (text !== '') this.#entries.push({ role: 'user', part: { type: 'text', text }, field: 'input', isNew: true });
  }

  addItem(item: unknown, place: string): void {
    if (!isObject(item)) refuseField(place, 'has to be an object');
    const type = itemType(item, place);
    if (type === 'message') this.#addMessage(item, place);
    else if (type === 'reasoning') this.#addThought(item, place);
    else if (type === 'function_call' || type === 'custom_tool_call') this.#addCall(item, type, place);
    else if (type === 'function_call_output' || type === 'custom_tool_call_output') this.#addResult(item, place);
    else if (type === 'additional_tools' && Array.isArray(item['tools'])) this.addedTools.push({ tools: item['tools'], field: `${place}.tools` });
    else if (type === 'configuration_update') this.#unmapped.add('input.configuration_update', 'substance');
    else if (KEPT_ITEMS.has(type)) this.#unmapped.add(`input.${type}`, 'state');
    else if (HOSTED_ITEM.test(type)) this.#unmapped.add(`input.${type}`, 'hint');
    else refuseField(`${place}.type`, 'is no kind of item that is known');
  }

  /** The conversation, or none where it goes on from kept state: then its calls and results cannot be paired here, nor will it be translated. */
  turns(): readonly CanonicalTurn[] {
    if (hasState(this.#unmapped)) return [];
    const builder = new TurnBuilder();
    for (const entry of this.#entries) {
      if (entry.role === 'tool') builder.addResult(entry.result, entry.field);
      else builder.add(entry.role, entry.part, entry.field, entry.isNew);
    }
    const turns = builder.build();
    return turns.length === 0 ? refuseField('input', 'holds nothing to answer') : turns;
  }

  #addMessage(item: JsonObject, place: string): void {
    const role = wordField(item, 'role', ['user', 'assistant', 'system', 'developer'], place) ?? refuseField(`${place}.role`, 'is missing');
    // Whether a text is a remark or the answer is for the eyes of OpenAI's newer models alone.
    if (wordField(item, 'phase', ['commentary', 'final_answer'], place) !== null) this.#unmapped.add('input.phase', 'hint');
    const holder = role === 'developer' ? 'system' : role;
    let isNew = true;
    for (const { part, field } of readContent(item['content'], holder, `${place}.content`)) {
      if (holder === 'assistant' && part.type === 'text') this.#addSaid(part, field);
      else this.#entries.push({ role: holder, part, field, isNew });
      isNew = false;
    }
  }

  #addThought(item: JsonObject, place: string): void {
    const thought = readReasoningItem(item);
    if (thought === null) return;
    if (thought.state?.family !== 'gemini' || thought.text !== '') this.#addSaid(thought, place);
    else if (thought.state.itemId === undefined) this.#waiting = thought.state;
    else this.#signTextBefore(thought.state);
  }

  #addCall(item: JsonObject, type: 'function_call' | 'custom_tool_call', place: string): void {
    const id = requiredTextField(item, 'call_id', place);
    const name = requiredTextField(item, 'name', place);
    if (type === 'custom_tool_call') {
      const input = textField(item, 'input', place) ?? refuseField(`${place}.input`, 'is missing');
      this.#addSaid({ type: 'tool-call', id, name, kind: 'custom', input }, place);
    } else {
      const input = textField(item, 'arguments', place) ?? refuseField(`${place}.arguments`, 'is missing');
      this.#addSaid({ type: 'tool-call', id, name, kind: 'function', input: objectText(input) }, place);
    }
  }

  #addResult(item: JsonObject, place: string): void {
    const callId = requiredTextField(item, 'call_id', place);
    if (item['output'] === undefined || item['output'] === null) refuseField(`${place}.output`, 'is missing');
    const content = readContent(item['output'], 'tool', `${place}.output`).map(({ part }) => part as ToolResultPart['content'][number]);
    this.#entries.push({ role: 'tool', result: { type: 'tool-result', callId, content, isError: false }, field: place });
  }

  #addSaid(part: TextPart | RefusalPart | ThinkingPart | ToolCallPart, field: string): void {
    const state = part.type === 'text' || part.type === 'tool-call' ? this.#waiting : null;
    this.#waiting = null;
    this.#entries.push({ role: 'assistant', part: state === null ? part : { ...part, state }, field, isNew: true } as Entry);
  }

  /** In streams the signature of a text comes behind it; the wrapped state then names the message. */
  #signTextBefore({ itemId: _message, ...state }: OpaqueState): void {
    const last = this.#entries.at(-1);
    if (last?.role !== 'assistant' || last.part.type !== 'text') return;
    this.#entries[this.#entries.length - 1] = { ...last, part: { ...last.part, state } };
  }
}

function itemType(item: JsonObject, place: string): string {
  const type = textField(item, 'type', place);
  if (type !== null) return type;
  // The two kinds of item whose type may be left out.
  return item['role'] === undefined && typeof item['id'] === 'string' && item['content'] === undefined ? 'item_reference' : 'message';
}

/** Arguments as the text of an object. Models write broken JSON at times, and clients send it back; what cannot be read is kept as one member. */
function objectText(text: string): string {
  if (text.trim() === '') return '{}';
  return isObject(parseJson(text)) ? text : JSON.stringify({ input: text });
}
