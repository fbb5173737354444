import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import type { UrlCitation } from '../../domain/canonical/canonical-part.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import type { CallNumbers } from './call-numbers.ts';
import { readCall, readCitations } from './decode-response.ts';
import { readReasoningItem, SUMMARY_GAP } from './reasoning-item.ts';

/** One output item of an upstream's stream. Remembers how much of it was told, so that what comes again at its end is not told twice. */
export class StreamedItem {
  readonly #calls: CallNumbers;
  /** Length of what was told of each part, by its place. */
  readonly #told = new Map<unknown, number>();
  #citations = 0;
  /** Which of the two accounts of a thought is told: the one that comes first. */
  #account: 'summary' | 'content' | null = null;
  #thoughtPart: unknown = undefined;
  #hasThought = false;
  #call: number | null = null;
  #callKind: 'function' | 'custom' = 'function';
  /** Pieces of a call whose name has not come yet. */
  #early = '';
  #inputLength = 0;
  #isEnded = false;
  hasRefusal = false;

  constructor(calls: CallNumbers) {
    this.#calls = calls;
  }

  begin(item: JsonObject, out: CanonicalEvent[]): void {
    if (isCall(item)) this.#startCall(item, out);
  }

  addText(kind: 'text' | 'refusal', part: unknown, delta: unknown, out: CanonicalEvent[]): void {
    if (typeof delta !== 'string' || delta === '' || this.#isEnded) return;
    this.#told.set(part, (this.#told.get(part) ?? 0) + delta.length);
    if (kind === 'refusal') this.hasRefusal = true;
    out.push({ type: kind, choice: 0, text: delta });
  }

  /** The whole text of a part: what pieces did not tell of it is told now. */
  endText(kind: 'text' | 'refusal', part: unknown, text: unknown, out: CanonicalEvent[]): void {
    if (typeof text === 'string') this.addText(kind, part, text.slice(this.#told.get(part) ?? 0), out);
  }

  cite(citation: UrlCitation, out: CanonicalEvent[]): void {
    this.#citations += 1;
    out.push({ type: 'citation', choice: 0, citation });
  }

  addThought(account: 'summary' | 'content', part: unknown, delta: unknown, out: CanonicalEvent[]): void {
    this.#account ??= account;
    if (this.#account !== account || typeof delta !== 'string' || delta === '' || this.#isEnded) return;
    const gap = this.#hasThought && this.#thoughtPart !== part ? SUMMARY_GAP : '';
    this.#hasThought = true;
    this.#thoughtPart = part;
    this.#told.set(part, (this.#told.get(part) ?? 0) + delta.length);
    out.push({ type: 'thinking', choice: 0, text: gap + delta });
  }

  endThought(account: 'summary' | 'content', part: unknown, text: unknown, out: CanonicalEvent[]): void {
    if (typeof text === 'string') this.addThought(account, part, text.slice(this.#told.get(part) ?? 0), out);
  }

  addInput(delta: unknown, out: CanonicalEvent[]): void {
    if (typeof delta !== 'string' || delta === '' || this.#isEnded) return;
    if (this.#call === null) this.#early += delta;
    else this.#tellInput(this.#call, delta, out);
  }

  /** The whole input: some models send it without pieces. */
  endInput(whole: unknown, out: CanonicalEvent[]): void {
    const text = isObject(whole) ? JSON.stringify(whole) : whole;
    if (typeof text === 'string') this.addInput(text.slice(this.#inputLength + this.#early.length), out);
  }

  /** The item as it is in the end. */
  end(item: JsonObject, out: CanonicalEvent[]): void {
    if (this.#isEnded) return;
    if (isCall(item)) this.#endCall(item, out);
    else if (item['type'] === 'reasoning') this.#endThought(item, out);
    else if (item['type'] === 'message') this.#endMessage(item, out);
    this.close(out);
  }

  /** Ends what is open, for servers that do not. */
  close(out: CanonicalEvent[]): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.#call !== null) out.push({ type: 'call-end', choice: 0, call: this.#call });
    else if (this.#hasThought) out.push({ type: 'thinking-end', choice: 0 });
  }

  #startCall(item: JsonObject, out: CanonicalEvent[]): void {
    const { id, name, kind } = readCall(item);
    if (this.#call !== null || name === '') return;
    this.#call = this.#calls.take();
    this.#callKind = kind;
    out.push({ type: 'call-start', choice: 0, call: this.#call, id: id || this.#calls.idOf(this.#call), name, kind });
    if (this.#early !== '') this.#tellInput(this.#call, this.#early, out);
    this.#early = '';
  }

  #tellInput(call: number, text: string, out: CanonicalEvent[]): void {
    this.#inputLength += text.length;
    out.push({ type: 'call-input', choice: 0, call, text });
  }

  #endCall(item: JsonObject, out: CanonicalEvent[]): void {
    this.#startCall(item, out);
    this.endInput(item[this.#callKind === 'custom' ? 'input' : 'arguments'], out);
  }

  /** The state of the item's end is the one to send back; earlier events bring another. */
  #endThought(item: JsonObject, out: CanonicalEvent[]): void {
    const thought = readReasoningItem(item);
    if (thought === null) return;
    if (!this.#hasThought) this.addThought('summary', null, thought.text, out);
    if (thought.state === null) return;
    out.push({ type: 'thinking-state', choice: 0, state: thought.state });
    this.#hasThought = false;
  }

  #endMessage(item: JsonObject, out: CanonicalEvent[]): void {
    const content: unknown = item['content'];
    for (const [index, part] of (Array.isArray(content) ? content : []).entries()) {
      if (!isObject(part)) continue;
      if (part['type'] === 'refusal') this.endText('refusal', index, part['refusal'], out);
      else this.endText('text', index, part['text'], out);
      if (this.#citations > 0) continue;
      for (const citation of readCitations(part)) out.push({ type: 'citation', choice: 0, citation });
    }
  }
}

function isCall(item: JsonObject): boolean {
  return item['type'] === 'function_call' || item['type'] === 'custom_tool_call';
}
