import type { CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import { splitLeadingSystem } from '../../domain/canonical/leading-system.ts';
import { withUniqueCallIds } from '../../domain/canonical/unique-call-ids.ts';
import { encodePart, encodeText, type BlockContext } from './encode-content.ts';
import type { WireBlock, WireMessage, WireText } from './wire-types.ts';

export interface EncodedConversation {
  readonly system: string | readonly WireText[] | null;
  readonly messages: readonly WireMessage[];
}

interface OpenMessage {
  readonly role: WireMessage['role'];
  readonly content: WireBlock[];
}

/** The protocol demands a message of the user at both ends; where the client has none, the least that is one stands in. */
const OPENING = '.';
const CONTINUATION = 'Continue.';

/** `instruction`: appended to the system prompt; null: none. `mayPrefill`: the assistant may go on from the conversation's last words. */
export function encodeConversation(
  turns: readonly CanonicalTurn[],
  instruction: string | null,
  mayPrefill: boolean,
  context: BlockContext,
): EncodedConversation {
  const { system, rest } = splitLeadingSystem(withUniqueCallIds(turns));
  const instructions = system.flatMap((turn) => textsOf(turn, context));
  if (instruction !== null) instructions.push({ type: 'text', text: instruction });
  const messages: OpenMessage[] = [];
  for (const [place, turn] of rest.entries()) addTurn(messages, turn, rest[place + 1], context);
  if (messages[0]?.role !== 'user') messages.unshift({ role: 'user', content: [{ type: 'text', text: OPENING }] });
  const isPrefill = rest.at(-1)?.role === 'assistant';
  closeConversation(messages, isPrefill, isPrefill && mayPrefill, context);
  return { system: instructions.length === 0 ? null : simplify(instructions, context), messages: messages.map((each) => toWire(each, context)) };
}

function addTurn(messages: OpenMessage[], turn: CanonicalTurn, next: CanonicalTurn | undefined, context: BlockContext): void {
  if (turn.role === 'system') {
    addLateSystem(messages, turn, next, context);
    return;
  }
  // Results are the user's to give, and stand before what else the user says.
  const role = turn.role === 'tool' ? 'user' : turn.role;
  for (const part of turn.parts) {
    const block = encodePart(part, context);
    if (block !== null) append(messages, role, block);
  }
}

/** Instructions inside the conversation keep their place: behind a user's message some models take them as such, all take them as the user's words. */
function addLateSystem(messages: OpenMessage[], turn: CanonicalTurn, next: CanonicalTurn | undefined, context: BlockContext): void {
  const last = messages.at(-1)?.role;
  const isPlace = (last === 'user' || last === 'system') && (next === undefined || next.role === 'assistant' || next.role === 'system');
  const isSystem = context.traits.midSystem && isPlace;
  for (const block of textsOf(turn, context)) {
    if (!isSystem) block.text = `<system>\n${block.text}\n</system>`;
    append(messages, isSystem ? 'system' : 'user', block);
  }
}

function textsOf(turn: CanonicalTurn, context: BlockContext): WireText[] {
  return turn.parts.flatMap((part) => {
    const block = part.type === 'text' ? encodeText(part, context) : null;
    return block === null ? [] : [block];
  });
}

function append(messages: OpenMessage[], role: WireMessage['role'], block: WireBlock): void {
  const last = messages.at(-1);
  if (last?.role === role) last.content.push(block);
  else messages.push({ role, content: [block] });
}

/**
 * A conversation that ends with the assistant asks it to go on from there. Where that is refused, its words stay and the wish goes: the user
 * asks for more, in a message of its own.
 */
function closeConversation(messages: OpenMessage[], isPrefill: boolean, mayPrefill: boolean, context: BlockContext): void {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return;
  const block = last.content.at(-1);
  if (mayPrefill && block?.type === 'text') {
    // The API refuses words to go on from that end with a space.
    block.text = block.text.trimEnd();
    return;
  }
  // Otherwise what the user said last could not be carried, which is told already.
  if (isPrefill) context.drops.add('prefill');
  messages.push({ role: 'user', content: [{ type: 'text', text: CONTINUATION }] });
}

function toWire(message: OpenMessage, context: BlockContext): WireMessage {
  const [only] = message.content;
  const isText = message.content.length === 1 && only?.type === 'text';
  return { role: message.role, content: isText ? simplify([only], context) : message.content };
}

/** One text without a mark as a string, as it is usually written. */
function simplify(texts: readonly WireText[], context: BlockContext): string | readonly WireText[] {
  const [only] = texts;
  return texts.length === 1 && only !== undefined && !context.marks.has(only) ? only.text : texts;
}
