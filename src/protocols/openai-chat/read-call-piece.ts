import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import { readToolCallState } from './tool-call-state.ts';

/** A call of an answer, or a piece of one in a stream. Empty strings: not said. */
export interface CallPiece {
  /** Null: the server does not number its calls. */
  readonly index: number | null;
  readonly id: string;
  readonly name: string;
  readonly kind: 'function' | 'custom';
  readonly input: string;
  readonly state: OpaqueState | null;
}

/** The calls, or pieces of calls, of an upstream's message or delta; the deprecated `function_call` is one. */
export function readCallPieces(message: JsonObject): readonly CallPiece[] {
  const { tool_calls: calls, function_call: legacy } = message;
  if (Array.isArray(calls) && calls.length > 0) return calls.filter(isObject).map(readPiece);
  return isObject(legacy) ? [readPiece({ function: legacy, index: 0 })] : [];
}

function readPiece(call: JsonObject): CallPiece {
  const { index, id, type } = call;
  const isCustom = type === 'custom' || (type === undefined && isObject(call['custom']));
  const called = objectAt(call, isCustom ? 'custom' : 'function');
  return {
    index: typeof index === 'number' && Number.isInteger(index) ? index : null,
    id: typeof id === 'string' ? id : '',
    name: typeof called['name'] === 'string' ? called['name'] : '',
    kind: isCustom ? 'custom' : 'function',
    input: inputText(called[isCustom ? 'input' : 'arguments']),
    state: readToolCallState(call),
  };
}

/** Some servers write the arguments as the object itself. */
function inputText(input: unknown): string {
  if (typeof input === 'string') return input;
  return isObject(input) ? JSON.stringify(input) : '';
}
