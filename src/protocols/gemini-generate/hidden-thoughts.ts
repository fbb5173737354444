import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { writeText, writeThought } from './write-part.ts';

/** True for a client that asked for thoughts: to all others Google shows none, and many read the first part as the answer. */
export function isThoughtShown(request: CanonicalRequest): boolean {
  return request.reasoning?.display === 'shown';
}

/** The state with the thought that it proves, for a client that will not bring the thought back letter by letter. */
export function withThought(state: OpaqueState, text: string): OpaqueState {
  return state.form === 'signature' && state.family !== 'gemini' && text !== '' ? { ...state, text } : state;
}

/**
 * States of thoughts that the client does not see. As Google does it, each waits for the next visible part and stands on that as its
 * signature; where one stands already, it gets an empty thought of its own.
 */
export class HiddenStates {
  #waiting: OpaqueState | null = null;

  /** Gives the part that must be sent first, or an empty string. */
  add(state: OpaqueState): string {
    const before = this.#waiting;
    this.#waiting = state;
    return before === null ? '' : writeThought('', before);
  }

  /** For a part with this state of its own: what stands on it, and the part that must be sent before it, or an empty string. */
  take(own: OpaqueState | null): { readonly state: OpaqueState | null; readonly before: string } {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (own === null || waiting === null) return { state: own ?? waiting, before: '' };
    return { state: own, before: writeThought('', waiting) };
  }

  /** The part that ends the answer if a state waits still, or an empty string. */
  end(): string {
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting === null ? '' : writeText('', waiting);
  }
}
