import { isObject, type JsonObject } from '../../lib/json-reading.ts';

/** A message of the API: its members that are messages themselves. All other members are values, and what is in them stays. */
interface Message {
  readonly [member: string]: Message;
}

const FLAT: Message = {};
const PART: Message = {
  inlineData: FLAT,
  fileData: FLAT,
  // `args` and `response` are the user's own objects.
  functionCall: FLAT,
  functionResponse: { parts: { inlineData: FLAT, fileData: FLAT } },
};
const CONTENT: Message = { parts: PART };
const GENERATE: Message = {
  contents: CONTENT,
  systemInstruction: CONTENT,
  tools: { functionDeclarations: FLAT },
  toolConfig: { functionCallingConfig: FLAT },
  generationConfig: { thinkingConfig: FLAT },
};
const REQUEST: Message = { ...GENERATE, generateContentRequest: GENERATE, content: CONTENT, requests: { content: CONTENT } };

/** The request with camelCase names throughout: Google's servers take `snake_case` as well. What stands in schemas, args and responses stays. */
export function camelCaseNames(body: JsonObject): JsonObject {
  return renameMembers(body, REQUEST);
}

/** `snake_case` as `camelCase`. */
export function camelCase(name: string): string {
  return name.includes('_') ? name.replaceAll(/(?<=[A-Za-z0-9])_+([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase()) : name;
}

function renameMembers(from: JsonObject, message: Message): JsonObject {
  const to: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(from)) {
    const camel = camelCase(name);
    // Of two spellings of one member the camelCase one counts.
    if (camel !== name && Object.hasOwn(from, camel)) continue;
    to[camel] = renameValue(value, Object.hasOwn(message, camel) ? message[camel] : undefined);
  }
  return to;
}

function renameValue(value: unknown, message: Message | undefined): unknown {
  if (message === undefined) return value;
  if (Array.isArray(value)) return value.map((each) => renameValue(each, message));
  return isObject(value) ? renameMembers(value, message) : value;
}
