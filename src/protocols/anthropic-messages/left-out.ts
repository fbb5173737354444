import { isObject, type JsonObject } from '../../lib/json-reading.ts';

const TOLD: ReadonlySet<unknown> = new Set(['text', 'thinking', 'redacted_thinking', 'tool_use']);

/** Blocks of an answer, or of an event of one, that are not told to clients of other protocols: what the provider's own tools did, and new kinds. */
export function leftOut(body: JsonObject): readonly string[] {
  const { content, content_block: block } = body;
  const blocks: readonly unknown[] = Array.isArray(content) ? content : [block];
  return blocks.flatMap((each) => (isObject(each) && typeof each['type'] === 'string' && !TOLD.has(each['type']) ? [each['type']] : []));
}
