import { GatewayError } from '../gateway-error.ts';
import type { CanonicalPart, ToolCallPart, ToolResultPart } from './canonical-part.ts';
import type { CanonicalTurn } from './canonical-request.ts';

type Role = CanonicalTurn['role'];

interface OpenTurn {
  readonly role: Role;
  readonly parts: CanonicalPart[];
}

/** Calls that wait for their results, and the field that made them. */
interface Waiting {
  readonly field: string;
  readonly calls: readonly ToolCallPart[];
  readonly results: Map<string, ToolResultPart>;
}

/**
 * Builds a conversation in its normal form from parts in the order in which a protocol lists them: parts of one role that follow each other
 * become one turn, and the results of a turn's calls one `tool` turn, in the order of the calls. Every protocol demands that each call is
 * answered before anything else is said, so a history that breaks this is the client's error and is told with its field.
 */
export class TurnBuilder {
  readonly #turns: OpenTurn[] = [];
  #waiting: Waiting | null = null;
  /** Field of the assistant turn that is open. */
  #callField = '';

  /** `field`: where the part stands in the client's request. System parts of different messages stay apart when `isNewMessage`. */
  add(role: 'system' | 'user' | 'assistant', part: CanonicalPart, field: string, isNewMessage = false): void {
    // More of the turn that called may follow its calls; anything else, or anything behind a result, ends the wait for results.
    if (role !== 'assistant' || this.#waiting !== null) this.#settleResults();
    if (part.type === 'tool-call') this.#callField = field;
    const last = this.#turns.at(-1);
    if (last !== undefined && last.role === role && !(role === 'system' && isNewMessage)) last.parts.push(part);
    else this.#turns.push({ role, parts: [part] });
  }

  /** Takes a result. Throws `invalid_request` for one that answers no call of the turn before it, or answers a second time. */
  addResult(result: Omit<ToolResultPart, 'name' | 'kind'> & { readonly name?: string }, field: string): void {
    this.#waiting ??= this.#openResults();
    const call = this.#waiting?.calls.find(({ id }) => id === result.callId);
    if (this.#waiting === null || call === undefined || this.#waiting.results.has(result.callId)) {
      throw new GatewayError('invalid_request', `"${field}" answers no tool call of the turn before it`, { param: field });
    }
    this.#waiting.results.set(result.callId, { ...result, name: call.name, kind: call.kind });
  }

  /** The calls of the assistant turn that was added last and that have no result yet, in order: for protocols without ids. */
  openCalls(): readonly ToolCallPart[] {
    const waiting = this.#waiting ?? this.#openResults();
    return waiting === null ? [] : waiting.calls.filter(({ id }) => !waiting.results.has(id));
  }

  /** The turns. Throws `invalid_request` when calls are unanswered and the conversation has ended. */
  build(): readonly CanonicalTurn[] {
    this.#settleResults();
    return this.#turns;
  }

  #openResults(): Waiting | null {
    const last = this.#turns.at(-1);
    if (last === undefined || last.role !== 'assistant') return null;
    const calls = last.parts.filter((part) => part.type === 'tool-call');
    return calls.length === 0 ? null : { field: this.#callField, calls, results: new Map() };
  }

  #settleResults(): void {
    const waiting = this.#waiting ?? this.#openResults();
    if (waiting === null) return;
    this.#waiting = null;
    const missing = waiting.calls.find(({ id }) => !waiting.results.has(id));
    if (missing !== undefined) {
      throw new GatewayError('invalid_request', `the call "${missing.id.slice(0, 80)}" of the tool "${missing.name.slice(0, 80)}" has no result`, {
        param: waiting.field,
      });
    }
    this.#turns.push({ role: 'tool', parts: waiting.calls.map(({ id }) => waiting.results.get(id) as ToolResultPart) });
  }
}
