import type { CanonicalPart, TextPart, ThinkingPart } from '../../domain/canonical/canonical-part.ts';
import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';

/**
 * Puts the parts of a model's turn together. Answers that were streamed come back in pieces: pieces of one text or thought become one part, and
 * a signature closes the part that it stands on. A foreign state on something visible is the thought before it.
 */
export class AssistantParts {
  readonly #emit: (part: CanonicalPart) => void;
  #open: TextPart | ThinkingPart | null = null;

  constructor(emit: (part: CanonicalPart) => void) {
    this.#emit = emit;
  }

  addThought(text: string, state: OpaqueState | null): void {
    const open = this.#open;
    const before = open?.type === 'thinking' && open.state === null ? open.text : null;
    if (before === null) this.close();
    const whole = (before ?? '') + text;
    this.#open = whole === '' && state === null ? null : { type: 'thinking', text: state?.text ?? whole, state };
    if (state !== null) this.close();
  }

  addText(text: string, state: OpaqueState | null): void {
    const own = this.#ownState(state);
    const open = this.#open;
    if (open?.type === 'text' && open.state === undefined) this.#open = { ...open, text: open.text + text, ...(own === null ? {} : { state: own }) };
    else if (text !== '') {
      this.close();
      this.#open = { type: 'text', text, ...(own === null ? {} : { state: own }) };
    } else if (own !== null) this.addThought('', own);
  }

  /** A call, or anything else that stands alone. `state` goes where the part has a place for it. */
  addWhole(part: CanonicalPart, state: OpaqueState | null): void {
    const own = this.#ownState(state);
    this.close();
    this.#emit(own !== null && part.type === 'tool-call' ? { ...part, state: own } : part);
  }

  /** The turn is over, or something else begins. */
  close(): void {
    const open = this.#open;
    this.#open = null;
    if (open !== null) this.#emit(open);
  }

  /** The state if it belongs to the part itself; a foreign one becomes the thought before it, or closes the thought that is open. */
  #ownState(state: OpaqueState | null): OpaqueState | null {
    if (state === null || state.family === 'gemini') return state;
    this.addThought('', state);
    return null;
  }
}
