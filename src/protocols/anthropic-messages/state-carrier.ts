import { STATE_TAG, unwrapState, wrapState, type OpaqueState } from '../../domain/canonical/opaque-state.ts';

/**
 * How reasoning state of other families travels through an Anthropic client: in the signature of a thinking block. Gemini also proves texts
 * and calls; such a state stands in an empty block before its part, or, when it came behind a streamed text, in one behind it.
 */

/** Item id of a state whose text stands before it. */
const TEXT_BEFORE = 'text-before';

/** The signature under which a thought goes to a client. `thought`: what the state proves, kept with it where it proves visible text. */
export function signatureOf(state: OpaqueState, thought: string): string {
  if (state.family === 'anthropic' && state.form === 'signature') return state.data;
  return wrapState(state.form === 'signature' ? { ...state, text: thought } : state);
}

/** The signature of a thought that nobody proved. It is not empty, because clients forget thoughts that are not signed. */
export const UNSIGNED = STATE_TAG;

/** The state in a signature that a client gave back; null: nobody proved the thought. */
export function stateOfSignature(signature: string): OpaqueState | null {
  if (signature === '') return null;
  if (signature.startsWith(STATE_TAG)) return unwrapState(signature);
  return { family: 'anthropic', form: 'signature', data: signature };
}

/** The signature of an empty block that carries the state of the part behind it. */
export function signatureOfNext(state: OpaqueState): string {
  return wrapState(state);
}

/** The signature of an empty block that carries the state of the text before it. */
export function signatureOfTextBefore(state: OpaqueState): string {
  return wrapState({ ...state, itemId: TEXT_BEFORE });
}

export function isStateOfTextBefore(state: OpaqueState): boolean {
  return state.itemId === TEXT_BEFORE;
}

export function withoutPlace(state: OpaqueState): OpaqueState {
  return { family: state.family, form: state.form, data: state.data };
}
