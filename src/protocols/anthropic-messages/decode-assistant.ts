import type { CanonicalPart, TextPart } from '../../domain/canonical/canonical-part.ts';
import { unwrapState, type OpaqueState } from '../../domain/canonical/opaque-state.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import type { UnmappedFields } from '../unmapped-fields.ts';
import { readName, readObject, readString, refuse } from './client-fields.ts';
import { markOf, readContentBlock, textParts } from './decode-content.ts';
import { isStateOfTextBefore, stateOfSignature, withoutPlace } from './state-carrier.ts';

/** A part and the field that it came from. */
export interface PlacedPart {
  readonly part: CanonicalPart;
  readonly field: string;
}

const LEGAL_ID = /^[a-zA-Z0-9_-]+$/;

/** The blocks of an assistant message. Reasoning state that the gateway put into thinking blocks goes back to where it belongs. */
export function readAssistantBlocks(blocks: readonly unknown[], field: string, unmapped: UnmappedFields): readonly PlacedPart[] {
  const read: PlacedPart[] = [];
  // A state of Gemini's that stands before the call or text that it proves.
  let waiting: OpaqueState | null = null;
  for (const [place, each] of blocks.entries()) {
    const at = `${field}[${place}]`;
    const block = readObject(each, at);
    const state = stateOfNeighbour(block);
    if (state !== null && isStateOfTextBefore(state)) giveToLastText(read, withoutPlace(state));
    else if (state !== null) waiting = state;
    else {
      for (const part of readBlock(block, at, unmapped)) {
        const takes = waiting !== null && (part.type === 'text' || part.type === 'tool-call');
        read.push({ part: takes && waiting !== null ? { ...part, state: waiting } : part, field: at });
        if (takes) waiting = null;
      }
    }
  }
  if (waiting !== null) read.push({ part: { type: 'thinking', text: '', state: waiting }, field });
  return read;
}

/** The state in a thinking block that holds nothing but a state of another part; null for every other block. */
function stateOfNeighbour(block: JsonObject): OpaqueState | null {
  if (block['type'] !== 'thinking' || block['thinking'] !== '' || typeof block['signature'] !== 'string') return null;
  const state = unwrapState(block['signature']);
  return state !== null && state.family === 'gemini' && state.text === undefined ? state : null;
}

function giveToLastText(read: PlacedPart[], state: OpaqueState): void {
  const last = read.at(-1);
  if (last?.part.type === 'text') read[read.length - 1] = { part: { ...last.part, state }, field: last.field };
}

function readBlock(block: JsonObject, field: string, unmapped: UnmappedFields): readonly CanonicalPart[] {
  const type = readString(block['type'], `${field}.type`);
  switch (type) {
    case 'text':
      return readText(block, field);
    case 'thinking':
      return readThinking(readString(block['thinking'], `${field}.thinking`), readString(block['signature'] ?? '', `${field}.signature`));
    case 'redacted_thinking':
      return [{ type: 'thinking', text: '', state: readSealed(readName(block['data'], `${field}.data`)) }];
    case 'tool_use':
      return [readToolUse(block, field)];
    case 'document':
    case 'image':
    case 'search_result':
      return readContentBlock(block, field, unmapped) ?? [];
    case 'tool_result':
      return refuse(`${field}.type`, 'is tool_result, which stands in user messages only');
    default:
      noteServerBlock(type, `${field}.type`, unmapped);
      return [];
  }
}

/** Where the text came from is not said again: its words are all that a model reads of it. */
function readText(block: JsonObject, field: string): readonly TextPart[] {
  return textParts(readString(block['text'], `${field}.text`), block);
}

function readThinking(thinking: string, signature: string): readonly CanonicalPart[] {
  const state = stateOfSignature(signature);
  const text = state?.text ?? thinking;
  return text === '' && state === null ? [] : [{ type: 'thinking', text, state }];
}

function readSealed(data: string): OpaqueState {
  return unwrapState(data) ?? { family: 'anthropic', form: 'sealed', data };
}

function readToolUse(block: JsonObject, field: string): CanonicalPart {
  const id = readString(block['id'], `${field}.id`);
  if (!LEGAL_ID.test(id)) refuse(`${field}.id`, 'must match ^[a-zA-Z0-9_-]+$');
  const name = readName(block['name'], `${field}.name`);
  const input = JSON.stringify(readObject(block['input'], `${field}.input`));
  return { type: 'tool-call', id, name, kind: 'function', input, ...markOf(block) };
}

/** What the provider's own tools did stays with that provider; a block of no known kind is the client's error. */
export function noteServerBlock(type: string, field: string, unmapped: UnmappedFields): void {
  if (type === 'container_upload') unmapped.add(type, 'state');
  // It stands for everything that was said before it.
  else if (type === 'compaction') unmapped.add(type, 'substance');
  else if (type === 'fallback' || type === 'server_tool_use' || type === 'mcp_tool_use' || type.endsWith('_tool_result')) unmapped.add(type, 'hint');
  else refuse(field, 'is not a kind of block that is known');
}
