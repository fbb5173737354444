import { isObject, type JsonObject } from '../../lib/json-reading.ts';

/** Members of a message that no other protocol has a place for. */
const FOREIGN = ['audio', 'images'] as const;

/** What of an answer, or of a chunk of one, is not told to clients of other protocols. */
export function leftOut(body: JsonObject): readonly string[] {
  const choices: readonly unknown[] = Array.isArray(body['choices']) ? body['choices'] : [];
  return choices.flatMap((choice) => {
    const message = isObject(choice) ? (choice['message'] ?? choice['delta']) : null;
    return isObject(message) ? FOREIGN.filter((name) => (message[name] ?? null) !== null) : [];
  });
}
