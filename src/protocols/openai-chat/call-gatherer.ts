import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { isObject, parseJson } from '../../lib/json-reading.ts';
import { inventedCallId } from './invented-call-id.ts';
import type { CallPiece } from './read-call-piece.ts';

interface OpenCall {
  /** The id that the upstream gave it; empty until it gives one. */
  id: string;
  /** Number among the calls of the choice; -1 until its name is known and it has been told. */
  call: number;
  /** All input so far; nothing of it is told before the name is known. */
  input: string;
  state: OpaqueState | null;
}

/**
 * Puts the pieces of one choice's calls together. Servers differ: they number calls from 0 or from 1 or not at all, give every call the same
 * number, repeat or leave out ids, send a call whole or in pieces, and interleave the pieces of several.
 */
export class CallGatherer {
  readonly #choice: number;
  readonly #requestId: string;
  readonly #open: OpenCall[] = [];
  readonly #byIndex = new Map<number, OpenCall>();
  readonly #ids = new Set<string>();
  #told = 0;

  constructor(choice: number, requestId: string) {
    this.#choice = choice;
    this.#requestId = requestId;
  }

  /** Calls that were told. */
  get count(): number {
    return this.#told;
  }

  take(piece: CallPiece, out: CanonicalEvent[]): void {
    const call = this.#find(piece) ?? this.#begin(piece);
    call.state ??= piece.state;
    if (call.call === -1) {
      if (call.id === '') call.id = piece.id;
      if (piece.name === '') {
        call.input += piece.input;
        return;
      }
      this.#tell(call, piece, out);
      if (call.input !== '') out.push({ type: 'call-input', choice: this.#choice, call: call.call, text: call.input });
    }
    const text = piece.input;
    call.input += text;
    if (text !== '') out.push({ type: 'call-input', choice: this.#choice, call: call.call, text });
  }

  /** The choice ends, and with it its calls. A call that never got a name is none. */
  end(out: CanonicalEvent[]): void {
    for (let call = 0; call < this.#told; call += 1) out.push({ type: 'call-end', choice: this.#choice, call });
  }

  #find(piece: CallPiece): OpenCall | undefined {
    const { index, id, name } = piece;
    if (index !== null) {
      const numbered = this.#byIndex.get(index);
      return numbered === undefined || isAnotherCall(piece, numbered) ? undefined : numbered;
    }
    if (id !== '') return this.#open.find((call) => call.id === id);
    return name === '' ? this.#open.at(-1) : undefined;
  }

  #begin({ index, id }: CallPiece): OpenCall {
    const call: OpenCall = { id, call: -1, input: '', state: null };
    this.#open.push(call);
    if (index !== null) this.#byIndex.set(index, call);
    return call;
  }

  #tell(call: OpenCall, { name, kind }: CallPiece, out: CanonicalEvent[]): void {
    call.call = this.#told;
    this.#told += 1;
    const isTaken = call.id === '' || this.#ids.has(call.id);
    const id = isTaken ? inventedCallId(this.#requestId, this.#choice, call.call) : call.id;
    this.#ids.add(id);
    const state = call.state === null ? {} : { state: call.state };
    out.push({ type: 'call-start', choice: this.#choice, call: call.call, id, name, kind, ...state });
  }
}

/** Whether a piece begins a call although its number was given before, as servers do that number every call 0. */
function isAnotherCall({ id, name, input }: CallPiece, numbered: OpenCall): boolean {
  if (name === '' || numbered.call === -1) return false;
  if (id !== '' && numbered.id !== '') return id !== numbered.id;
  return id === '' && input !== '' && isObject(parseJson(numbered.input));
}
