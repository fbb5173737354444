import type { JsonObject } from '../../../../lib/json-reading.ts';

/** The object with its own members named in camelCase: Gemini takes both spellings. */
export function camelNames(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), member]),
  );
}
