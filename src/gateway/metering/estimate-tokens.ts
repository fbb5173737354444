import { isObject, type JsonObject } from '../../lib/json-reading.ts';

const BYTES_PER_TOKEN = 4;
/** Answer tokens that are reserved when neither the request nor the model names a cap. */
const DEFAULT_ANSWER = 1024;

/** Tokens of a text of this length, by the rule of thumb of four bytes a token. */
export function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** Input tokens of a request, from the text that its prompt fields hold. Embedded files (data URLs, long base64) count nothing: they are no text. */
export function estimateInputTokens(body: JsonObject, promptFields: readonly string[]): number {
  let length = 0;
  for (const field of promptFields) length += textLength(body[field]);
  return tokensOfBytes(length);
}

/** Answer tokens to reserve: what the request allows, at most what the model can, else a guess. */
export function reserveAnswerTokens(asked: number | null, modelCap: number | undefined): number {
  if (asked !== null) return Math.min(asked, modelCap ?? asked, Number.MAX_SAFE_INTEGER);
  return modelCap ?? DEFAULT_ANSWER;
}

const LONG_TEXT = 1024;

function textLength(value: unknown): number {
  if (typeof value === 'string') return isEmbeddedFile(value) ? 0 : Buffer.byteLength(value);
  if (typeof value === 'number') return BYTES_PER_TOKEN;
  let length = 0;
  if (Array.isArray(value)) {
    for (const item of value) length += textLength(item);
  } else if (isObject(value)) {
    for (const name in value) length += textLength(value[name]);
  }
  return length;
}

function isEmbeddedFile(text: string): boolean {
  if (text.length < LONG_TEXT) return text.startsWith('data:');
  return text.startsWith('data:') || /^[A-Za-z0-9+/=_-]{1024}/.test(text.slice(0, LONG_TEXT));
}
