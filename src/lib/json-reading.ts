/** Reading of parsed JSON of which nothing is promised. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member as an object, or an empty one. */
export function objectAt(from: JsonObject, name: string): JsonObject {
  const value = from[name];
  return isObject(value) ? value : {};
}

/** The member as a count: a finite number not below 0, else 0. */
export function countAt(from: JsonObject, name: string): number {
  const value = from[name];
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0;
}

/** The member as a positive number; null when it is none. */
export function positiveAt(from: JsonObject, name: string): number | null {
  const value = from[name];
  return typeof value === 'number' && value > 0 ? value : null;
}

/** The text parsed as JSON, undefined when it is none. */
export function parseJson(text: string | Buffer): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : text.toString('utf8'));
  } catch {
    return undefined;
  }
}
