import type { ThinkingPart } from '../../domain/canonical/canonical-part.ts';
import { STATE_TAG, unwrapState, wrapState, type OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import type { ReasoningDetail } from './wire-types.ts';

/** What an assistant's message says of its thoughts. */
interface MessageReasoning {
  readonly thoughts: readonly ThinkingPart[];
  /** Gemini's signature of the message's text. */
  readonly textState: OpaqueState | null;
}

/** The state of a thought, or of a text (then `text` is empty), as clients of chat get it. */
export function reasoningDetail(state: OpaqueState, text: string, index: number): ReasoningDetail {
  return { type: 'reasoning.encrypted', format: 'headgate-1', data: wrapState(text === '' ? state : { ...state, text }), index };
}

/** True for a detail that `reasoningDetail` made, even one that came back damaged. */
export function isOwnDetail(detail: unknown): boolean {
  return isObject(detail) && typeof detail['data'] === 'string' && detail['data'].startsWith(STATE_TAG);
}

/** Visible thoughts of a message or delta, under the names that compatible servers give them. Empty: none. */
export function readReasoningText(message: JsonObject): string {
  // Some servers write both names, with the same text.
  for (const name of ['reasoning_content', 'reasoning']) {
    const value = message[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return detailsOf(message).map(detailText).join('');
}

/**
 * Thoughts of a message of the history. A state brings the thought that it proves with it, because the visible text may have come back
 * changed: clients that gather a stream keep the last piece only.
 */
export function readMessageReasoning(message: JsonObject): MessageReasoning {
  const states = ownStates(message);
  const textState = states.find(({ family, form, text }) => family === 'gemini' && form === 'signature' && text === undefined) ?? null;
  const ofThoughts = states.filter((state) => state !== textState);
  const visible = readReasoningText(message);
  const hasTexts = ofThoughts.some(({ text }) => text !== undefined);
  if (ofThoughts.length === 0) return { thoughts: visible === '' ? [] : [{ type: 'thinking', text: visible, state: null }], textState };
  const thoughts = ofThoughts.map((state, index): ThinkingPart => {
    const text = state.text ?? (index === 0 && !hasTexts ? visible : '');
    return { type: 'thinking', text, state };
  });
  return { thoughts, textState };
}

function ownStates(message: JsonObject): readonly OpaqueState[] {
  const found = new Map<string, OpaqueState>();
  for (const { data } of detailsOf(message)) {
    const state = typeof data === 'string' ? unwrapState(data) : null;
    if (state !== null && typeof data === 'string') found.set(data, state);
  }
  return [...found.values()];
}

function detailsOf(message: JsonObject): readonly JsonObject[] {
  const details = message['reasoning_details'];
  return Array.isArray(details) ? details.filter(isObject) : [];
}

/** OpenRouter's `reasoning.text` and `reasoning.summary`. */
function detailText({ text, summary }: JsonObject): string {
  if (typeof text === 'string') return text;
  return typeof summary === 'string' ? summary : '';
}
