import { isObject, type JsonObject } from '../../lib/json-reading.ts';

const TOLD: ReadonlySet<unknown> = new Set(['message', 'reasoning', 'function_call', 'custom_tool_call']);

/** Items of an answer, or of an event of one, that are not told to clients of other protocols: what the provider's own tools did, and new kinds. */
export function leftOut(body: JsonObject): readonly string[] {
  const { output, item, type } = body;
  const items: readonly unknown[] = Array.isArray(output) ? output : type === 'response.output_item.done' ? [item] : [];
  return items.flatMap((each) => (isObject(each) && typeof each['type'] === 'string' && !TOLD.has(each['type']) ? [each['type']] : []));
}
