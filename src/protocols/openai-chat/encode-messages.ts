import type { CanonicalPart, ToolCallPart, ToolResultPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import { legalToolCallId } from '../../domain/canonical/tool-call-id.ts';
import { legalToolName, TOOL_NAMES } from '../../domain/canonical/tool-name.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import { LOST_GEMINI_SIGNATURE } from '../lost-gemini-signature.ts';
import { asContent, ContentEncoder } from './encode-content.ts';
import { googleSignature, toolCallState } from './tool-call-state.ts';
import type { AssistantMessageParam, ContentPartParam, MessageParam, TextPartParam, ToolCallParam } from './wire-types.ts';

/** The conversation as chat's messages. */
export function encodeMessages(turns: readonly CanonicalTurn[], traits: ModelTraits, drops: Drops): readonly MessageParam[] {
  const writer = new MessageWriter(traits, drops);
  for (const turn of turns) writer.write(turn);
  return writer.messages();
}

class MessageWriter {
  readonly #messages: MessageParam[] = [];
  readonly #traits: ModelTraits;
  readonly #drops: Drops;
  readonly #content: ContentEncoder;
  /** What only a user's message can show: media of tool results and of the assistant. It opens the next one. */
  #pending: ContentPartParam[] = [];

  constructor(traits: ModelTraits, drops: Drops) {
    this.#traits = traits;
    this.#drops = drops;
    this.#content = new ContentEncoder(traits, drops);
  }

  messages(): readonly MessageParam[] {
    this.#writeUser([]);
    return this.#messages;
  }

  write({ role, parts }: CanonicalTurn): void {
    switch (role) {
      case 'system':
        this.#writeUser([]);
        return this.#writeSystem(parts);
      case 'user':
        return this.#writeUser(parts);
      case 'assistant':
        this.#writeUser([]);
        return this.#writeAssistant(parts);
      case 'tool':
        return this.#writeResults(parts);
    }
  }

  #writeSystem(parts: readonly CanonicalPart[]): void {
    const texts = parts.flatMap((part) => (part.type === 'text' ? [this.#content.text(part)] : []));
    if (texts.length > 0) this.#messages.push({ role: this.#traits.systemRole, content: asContent(texts) });
  }

  #writeUser(parts: readonly CanonicalPart[]): void {
    const content = [...this.#pending, ...this.#encode(parts)];
    this.#pending = [];
    if (content.length > 0) this.#messages.push({ role: 'user', content: asContent(content) });
  }

  #encode(parts: readonly CanonicalPart[]): readonly ContentPartParam[] {
    return parts.map((part) => this.#content.part(part)).filter((part) => part !== null);
  }

  #writeAssistant(parts: readonly CanonicalPart[]): void {
    const texts: TextPartParam[] = [];
    let refusal = '';
    const calls: ToolCallParam[] = [];
    for (const part of parts) {
      if (part.type === 'text') texts.push(this.#content.text(part));
      else if (part.type === 'refusal') refusal += part.text;
      else if (part.type === 'tool-call') calls.push(...this.#encodeCall(part, calls.length === 0));
      else if (part.type === 'image' || part.type === 'document' || part.type === 'audio') this.#pending.push(...this.#encode([part]));
    }
    const thoughts = this.#encodeThoughts(parts);
    if (texts.length === 0 && refusal === '' && calls.length === 0) {
      if (Object.keys(thoughts).length > 0) this.#drops.add('thinking-history');
      return;
    }
    const message: AssistantMessageParam = {
      role: 'assistant',
      // Pieces of one answer, which were made without anything between them.
      content: texts.length === 0 ? null : asContent(texts, ''),
      ...(refusal === '' ? {} : { refusal }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
      ...thoughts,
    };
    this.#messages.push(message);
  }

  /** Visible thoughts, for servers that want them back. State is nothing that a chat server could read. */
  #encodeThoughts(parts: readonly CanonicalPart[]): Pick<AssistantMessageParam, 'reasoning' | 'reasoning_content'> {
    const member = this.#traits.reasoningHistory;
    const texts: string[] = [];
    for (const part of parts) {
      if (part.type !== 'thinking') continue;
      if (member === null || part.text === '') this.#drops.add('thinking-history');
      else texts.push(part.text);
    }
    return member === null || texts.length === 0 ? {} : { [member]: texts.join('\n\n') };
  }

  #encodeCall(part: ToolCallPart, isFirst: boolean): readonly ToolCallParam[] {
    this.#content.loseMark(part);
    if (this.#traits.lacks.has('tools')) {
      this.#drops.add('tools');
      if (part.state !== undefined) this.#drops.add('thinking-history');
      return [];
    }
    const { input } = part;
    const name = legalToolName(part.name, TOOL_NAMES.openai);
    const call = { id: legalToolCallId(part.id), ...this.#encodeState(part, isFirst) };
    return [
      part.kind === 'custom'
        ? { ...call, type: 'custom', custom: { name, input } }
        : { ...call, type: 'function', function: { name, arguments: input } },
    ];
  }

  /** Google's own layer takes its signatures back, and refuses a step whose first call has none. */
  #encodeState({ state }: ToolCallPart, isFirst: boolean): Pick<ToolCallParam, 'extra_content'> {
    const taken = state !== undefined && state.family === this.#traits.toolCallState ? state : undefined;
    if (state !== undefined && taken === undefined) this.#drops.add('thinking-history');
    if (taken === undefined && isFirst && this.#traits.toolCallState === 'gemini') return googleSignature(LOST_GEMINI_SIGNATURE);
    return toolCallState(taken);
  }

  /** All results stand directly behind their calls; a tool's message holds text only, so media follow in a user's message. */
  #writeResults(parts: readonly CanonicalPart[]): void {
    for (const part of parts) {
      if (part.type !== 'tool-result') continue;
      this.#content.loseMark(part);
      // Without their calls, whose loss is told, results would be refused.
      if (!this.#traits.lacks.has('tools')) this.#writeResult(part);
    }
  }

  #writeResult(part: ToolResultPart): void {
    const texts: TextPartParam[] = [];
    const media: ContentPartParam[] = [];
    for (const encoded of this.#encode(part.content)) {
      if (encoded.type === 'text') texts.push(encoded);
      else media.push(encoded);
    }
    if (media.length > 0) {
      texts.push({ type: 'text', text: '(The media of this result follow in the next user message.)' });
      this.#pending.push({ type: 'text', text: `Media of the result of the tool call ${legalToolCallId(part.callId)}:` }, ...media);
    }
    const [first, ...rest] = texts;
    const told = part.isError ? [{ ...first, type: 'text', text: `Error: ${first?.text ?? 'the tool failed.'}` } as const, ...rest] : texts;
    this.#messages.push({ role: 'tool', tool_call_id: legalToolCallId(part.callId), content: asContent(told) });
  }
}
