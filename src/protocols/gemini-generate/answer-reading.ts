import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { legalToolCallId } from '../../domain/canonical/tool-call-id.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import { isLostSignature } from './thought-signature.ts';

/** What whole answers and stream frames of an upstream have in common. Nothing is promised of them. */

export function candidatesOf(body: JsonObject): readonly JsonObject[] {
  const { candidates } = body;
  return Array.isArray(candidates) ? candidates.filter(isObject) : [];
}

/** Empty for the blocked and the cut short, which come without parts or without content. */
export function partsOf(candidate: JsonObject): readonly JsonObject[] {
  const { content } = candidate;
  const parts = isObject(content) ? content['parts'] : null;
  return Array.isArray(parts) ? parts.filter(isObject) : [];
}

export function indexOf(candidate: JsonObject, position: number): number {
  const { index } = candidate;
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 ? index : position;
}

export function textAt(from: JsonObject, name: string): string {
  const value = from[name];
  return typeof value === 'string' ? value : '';
}

/** Unix seconds of Vertex's `createTime`; null where it is not told. */
export function createdAtOf(body: JsonObject): number | null {
  const time = Date.parse(textAt(body, 'createTime'));
  return Number.isNaN(time) ? null : Math.floor(time / 1000);
}

export function signatureOf(part: JsonObject): OpaqueState | null {
  const signature = textAt(part, 'thoughtSignature');
  return signature === '' || isLostSignature(signature) ? null : { family: 'gemini', form: 'signature', data: signature };
}

/** A call of a function; `input` is its arguments as JSON. */
export interface ReadCall {
  readonly id: string;
  readonly name: string;
  readonly input: string;
}

/** Reads the calls of one answer, and gives ids to those that came without: unique over the conversation, because the answer's own id is in them. */
export class CallReader {
  readonly #requestId: string;
  #answerId = '';
  #count = 0;

  constructor(requestId: string) {
    this.#requestId = requestId;
  }

  /** The first id that is told counts, so that ids of one answer are alike. */
  learnAnswerId(id: string): void {
    if (this.#answerId === '') this.#answerId = id;
  }

  read(call: JsonObject): ReadCall {
    this.#count += 1;
    const told = textAt(call, 'id');
    const answer = this.#answerId === '' ? this.#requestId : this.#answerId;
    const { args } = call;
    return {
      id: legalToolCallId(told === '' ? `call_${answer}_${this.#count}` : told),
      name: textAt(call, 'name'),
      input: JSON.stringify(isObject(args) ? args : {}),
    };
  }
}
