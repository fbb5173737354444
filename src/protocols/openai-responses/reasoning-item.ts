import type { ThinkingPart } from '../../domain/canonical/canonical-part.ts';
import { STATE_TAG, unwrapState, wrapState, type OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';

/** Between two parts of a summary; streams put it there too. */
export const SUMMARY_GAP = '\n\n';

/** Longest id that the API takes for an item, a user and a cache key. */
export const LONGEST_ID = 64;

/** A reasoning item as a thought; null for one that holds neither text nor state, which a provider would have to find by its id. */
export function readReasoningItem(item: JsonObject): ThinkingPart | null {
  const shown = joinTexts(item['summary']) || joinTexts(item['content']);
  const { text, state } = readSealed(item, shown);
  return text === '' && state === null ? null : { type: 'thinking', text, state };
}

/** What stands in `encrypted_content`: OpenAI's own raw, the others' wrapped, and the bare tag where the model gave no state. */
export function sealState(state: OpaqueState | null, text: string): string {
  // The tag alone marks an item that only the gateway knows: its id would be looked up in vain by a server that stores.
  if (state === null) return STATE_TAG;
  if (state.family === 'openai') return state.data;
  return wrapState(state.form === 'signature' && text !== '' ? { ...state, text } : state);
}

function readSealed(item: JsonObject, shown: string): { readonly text: string; readonly state: OpaqueState | null } {
  const sealed = item['encrypted_content'];
  if (typeof sealed !== 'string' || sealed === '') return { text: shown, state: null };
  if (!sealed.startsWith(STATE_TAG)) {
    const id = item['id'];
    return { text: shown, state: { family: 'openai', form: 'sealed', data: sealed, ...(typeof id === 'string' && id !== '' ? { itemId: id } : {}) } };
  }
  const state = unwrapState(sealed);
  if (state?.text === undefined) return { text: shown, state };
  // The signature holds for the very letters that were signed, whatever the client made of the summary.
  const { text, ...rest } = state;
  return { text, state: rest };
}

function joinTexts(parts: unknown): string {
  if (!Array.isArray(parts)) return '';
  return parts
    .map((part: unknown) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .filter((text) => text !== '')
    .join(SUMMARY_GAP);
}
