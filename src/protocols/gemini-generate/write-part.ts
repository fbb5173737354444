import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import type { ToolCallPart } from '../../domain/canonical/canonical-part.ts';
import { argsOf } from './encode-part.ts';
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

/** With its id, so that a client that returns it gives the answer to the right call. */
export function writeCall(call: Pick<ToolCallPart, 'id' | 'name' | 'kind' | 'input'>, state: OpaqueState | null): string {
  const args = JSON.stringify(argsOf(call));
  return `{"functionCall":{"id":${JSON.stringify(call.id)},"name":${JSON.stringify(call.name)},"args":${args}}${signed(state)}`;
}
