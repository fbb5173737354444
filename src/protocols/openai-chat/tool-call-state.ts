import { unwrapState, wrapState, type OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { objectAt, type JsonObject } from '../../lib/json-reading.ts';
import { LOST_GEMINI_SIGNATURE } from '../lost-gemini-signature.ts';
import type { ToolCallParam } from './wire-types.ts';

/** Gemini's signature of a call, where Google's OpenAI layer keeps it. */
export function readToolCallState(call: JsonObject): OpaqueState | null {
  const signature = objectAt(objectAt(call, 'extra_content'), 'google')['thought_signature'];
  if (typeof signature !== 'string' || signature === '' || signature === LOST_GEMINI_SIGNATURE) return null;
  return unwrapState(signature) ?? { family: 'gemini', form: 'signature', data: signature };
}

/** The member of a call that carries its state: Gemini's as it is, others wrapped. */
export function toolCallState(state: OpaqueState | undefined): Pick<ToolCallParam, 'extra_content'> {
  if (state === undefined) return {};
  return googleSignature(state.family === 'gemini' ? state.data : wrapState(state));
}

export function googleSignature(signature: string): Pick<ToolCallParam, 'extra_content'> {
  return { extra_content: { google: { thought_signature: signature } } };
}
