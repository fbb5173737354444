import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import type { Usage } from '../../domain/usage.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import type { DecodeContext, EventDecoder } from '../translation.ts';
import { inventedCallId, readCitation, readExplanation, stringAt } from './decode-response.ts';
import { decodeMessageErrorEvent } from './errors.ts';
import { readStopReason } from './stop-reasons.ts';
import { readMessageEventUsage } from './usage.ts';

/** A block that is open. */
interface OpenBlock {
  readonly kind: 'text' | 'thinking' | 'call' | 'other';
  /** Place among the calls of the message, -1 for other blocks. */
  readonly call: number;
  /** Input that stood in the block's start, as some servers have it; used when no delta brings any. */
  readonly wholeInput: string;
  /** Something of it was passed on. */
  hasContent: boolean;
  signature: string;
}

const CHOICE = 0;

/** Reads the events of a streamed message. A block's index is not the place of its call: other blocks are counted too. */
export class MessageEventDecoder implements EventDecoder {
  readonly #context: DecodeContext;
  readonly #blocks = new Map<number, OpenBlock>();
  #usage: Usage | null = null;
  #calls = 0;
  #isStarted = false;
  #isFinished = false;
  #isFailed = false;
  #isStopped = false;

  constructor(context: DecodeContext) {
    this.#context = context;
  }

  get isFinal(): boolean {
    return this.#isStopped || this.#isFailed;
  }

  decode(name: string, data: JsonObject, out: CanonicalEvent[]): void {
    if (this.isFinal) return;
    switch (stringAt(data, 'type') || name) {
      case 'content_block_delta':
        this.#onDelta(data, out);
        return;
      case 'content_block_start':
        this.#onBlockStart(data, out);
        return;
      case 'content_block_stop':
        this.#endBlock(indexOf(data), out);
        return;
      case 'message_start':
        this.#onStart(data, out);
        return;
      case 'message_delta':
        this.#onMessageDelta(data, out);
        return;
      case 'message_stop':
        this.#isStopped = true;
        // An end of which no beginning was heard is none.
        if (this.#isStarted) this.#finish({}, out);
        return;
      case 'error':
        this.#isFailed = true;
        out.push({ type: 'error', error: decodeMessageErrorEvent(data) });
        return;
      default:
      // Pings, and events that are new.
    }
  }

  close(out: CanonicalEvent[]): boolean {
    if (!this.#isStopped || !this.#isFinished || this.#isFailed) return false;
    out.push({ type: 'end' });
    return true;
  }

  /** Some servers say it twice. */
  #onStart(data: JsonObject, out: CanonicalEvent[]): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const message = objectAt(data, 'message');
    out.push({ type: 'start', id: stringAt(message, 'id'), model: stringAt(message, 'model'), createdAt: null });
    this.#readUsage(data, out);
  }

  #readUsage(data: JsonObject, out: CanonicalEvent[]): void {
    const usage = readMessageEventUsage(data, this.#usage);
    if (usage === null || usage === this.#usage) return;
    this.#usage = usage;
    out.push({ type: 'usage', usage });
  }

  #onBlockStart(data: JsonObject, out: CanonicalEvent[]): void {
    this.#ensureStart(out);
    const index = indexOf(data);
    this.#endBlock(index, out);
    const content = objectAt(data, 'content_block');
    const block = this.#open(index, content, out);
    if (block.kind === 'text') this.#pass(block, 'text', stringAt(content, 'text'), out);
    if (block.kind === 'thinking') {
      this.#pass(block, 'thinking', stringAt(content, 'thinking'), out);
      block.signature = stringAt(content, 'signature');
    }
  }

  #open(index: number, content: JsonObject, out: CanonicalEvent[]): OpenBlock {
    const { type } = content;
    const isCall = type === 'tool_use';
    const input = isCall && isObject(content['input']) ? JSON.stringify(content['input']) : '{}';
    const kind = isCall ? 'call' : type === 'text' || type === 'thinking' ? type : 'other';
    const block: OpenBlock = { kind, call: isCall ? this.#calls : -1, wholeInput: input, hasContent: false, signature: '' };
    this.#blocks.set(index, block);
    if (isCall) {
      const id = stringAt(content, 'id') || inventedCallId(this.#context, index);
      out.push({ type: 'call-start', choice: CHOICE, call: this.#calls, id, name: stringAt(content, 'name'), kind: 'function' });
      this.#calls += 1;
    }
    const sealed = type === 'redacted_thinking' ? stringAt(content, 'data') : '';
    if (sealed !== '') out.push({ type: 'thinking-state', choice: CHOICE, state: { family: 'anthropic', form: 'sealed', data: sealed } });
    return block;
  }

  #onDelta(data: JsonObject, out: CanonicalEvent[]): void {
    const delta = data['delta'];
    if (!isObject(delta)) return;
    const block = this.#blocks.get(indexOf(data)) ?? this.#openLate(indexOf(data), delta, out);
    // Blocks of the provider's own tools have deltas too.
    if (block === null || block.kind === 'other') return;
    switch (delta['type']) {
      case 'text_delta':
        if (block.kind === 'text') this.#pass(block, 'text', stringAt(delta, 'text'), out);
        return;
      case 'thinking_delta':
        if (block.kind === 'thinking') this.#pass(block, 'thinking', stringAt(delta, 'thinking'), out);
        return;
      case 'signature_delta':
        block.signature = stringAt(delta, 'signature');
        return;
      case 'input_json_delta':
        this.#passInput(block, stringAt(delta, 'partial_json'), out);
        return;
      case 'citations_delta': {
        const citation = readCitation(delta['citation']);
        if (citation !== null) out.push({ type: 'citation', choice: CHOICE, citation });
        return;
      }
      default:
    }
  }

  /** What is said outside of any block is said all the same. A call is not: it has no name. */
  #openLate(index: number, delta: JsonObject, out: CanonicalEvent[]): OpenBlock | null {
    const type = delta['type'] === 'text_delta' ? 'text' : delta['type'] === 'thinking_delta' ? 'thinking' : null;
    if (type === null || this.#isFinished) return null;
    this.#ensureStart(out);
    return this.#open(index, { type }, out);
  }

  #pass(block: OpenBlock, type: 'text' | 'thinking', text: string, out: CanonicalEvent[]): void {
    if (text === '') return;
    block.hasContent = true;
    out.push({ type, choice: CHOICE, text });
  }

  #passInput(block: OpenBlock, text: string, out: CanonicalEvent[]): void {
    if (text === '' || block.kind !== 'call') return;
    block.hasContent = true;
    out.push({ type: 'call-input', choice: CHOICE, call: block.call, text });
  }

  #endBlock(index: number, out: CanonicalEvent[]): void {
    const block = this.#blocks.get(index);
    if (block === undefined) return;
    this.#blocks.delete(index);
    if (block.kind === 'call') {
      if (!block.hasContent) this.#passInput(block, block.wholeInput, out);
      out.push({ type: 'call-end', choice: CHOICE, call: block.call });
    } else if (block.kind === 'thinking' && block.signature !== '') {
      out.push({ type: 'thinking-state', choice: CHOICE, state: { family: 'anthropic', form: 'signature', data: block.signature } });
    } else if (block.kind === 'thinking' && block.hasContent) {
      out.push({ type: 'thinking-end', choice: CHOICE });
    }
  }

  #onMessageDelta(data: JsonObject, out: CanonicalEvent[]): void {
    this.#ensureStart(out);
    this.#readUsage(data, out);
    const delta = objectAt(data, 'delta');
    if (typeof delta['stop_reason'] === 'string') this.#finish(delta, out);
  }

  #finish(delta: JsonObject, out: CanonicalEvent[]): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#ensureStart(out);
    for (const index of this.#blocks.keys()) this.#endBlock(index, out);
    const stop = readStopReason(delta['stop_reason'], this.#calls > 0);
    const explanation = stop === 'refusal' ? readExplanation(delta) : '';
    if (explanation !== '') out.push({ type: 'refusal', choice: CHOICE, text: explanation });
    const sequence = delta['stop_sequence'];
    out.push({ type: 'finish', choice: CHOICE, stop, stopSequence: typeof sequence === 'string' ? sequence : null });
  }

  #ensureStart(out: CanonicalEvent[]): void {
    if (!this.#isStarted) this.#onStart({}, out);
  }
}

function indexOf(data: JsonObject): number {
  return typeof data['index'] === 'number' ? data['index'] : 0;
}
