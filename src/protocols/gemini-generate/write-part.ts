import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import type { ToolCallPart } from '../../domain/canonical/canonical-part.ts';
import { argsOf } from './encode-part.ts';
import { LOST_GEMINI_SIGNATURE } from '../lost-gemini-signature.ts';
import { writeSignature } from './thought-signature.ts';

/** Parts of answers to clients, as JSON on one line. */

function signed(state: OpaqueState | null): string {
  return state === null ? '}' : `,"thoughtSignature":${JSON.stringify(writeSignature(state))}}`;
}

export function writeText(text: string, state: OpaqueState | null): string {
  return `{"text":${JSON.stringify(text)}${signed(state)}`;
}

export function writeThought(text: string, state: OpaqueState | null): string {
  return `{"text":${JSON.stringify(text)},"thought":true${signed(state)}`;
}

/**
 * With its id, so that a client that returns it gives the answer to the right call. Gemini 3 refuses a step whose first call is not signed, should
 * the client go on with one: a first call of another family gets the word for a lost signature.
 */
export function writeCall(call: Pick<ToolCallPart, 'id' | 'name' | 'kind' | 'input'>, state: OpaqueState | null, isFirst: boolean): string {
  const args = JSON.stringify(argsOf(call));
  const end = state === null && isFirst ? `,"thoughtSignature":"${LOST_GEMINI_SIGNATURE}"}` : signed(state);
  return `{"functionCall":{"id":${JSON.stringify(call.id)},"name":${JSON.stringify(call.name)},"args":${args}}${end}`;
}
