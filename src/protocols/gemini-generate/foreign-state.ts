import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import { LOST_GEMINI_SIGNATURE } from '../lost-gemini-signature.ts';
import { isForeignSignature } from './thought-signature.ts';

/**
 * The request without the states of other families that the gateway gave to the client as signatures. Thoughts that such a state proves go with
 * it, visible parts lose the signature only, and a call gets the word for a lost one, without which Gemini 3 would refuse it.
 */
export function withoutForeignSignatures(body: JsonObject): JsonObject {
  const inner = body['generateContentRequest'];
  if (isObject(inner)) return { ...body, generateContentRequest: withoutForeignSignatures(inner) };
  const { contents } = body;
  if (!Array.isArray(contents)) return body;
  return { ...body, contents: contents.flatMap((content: unknown): readonly unknown[] => (isObject(content) ? cleanContent(content) : [content])) };
}

/** None where nothing is left: Google refuses contents without parts. */
function cleanContent(content: JsonObject): readonly JsonObject[] {
  const { parts } = content;
  if (!Array.isArray(parts)) return [content];
  const kept = parts.flatMap((part: unknown): readonly unknown[] => (isObject(part) ? cleanPart(part) : [part]));
  return kept.length === 0 && parts.length > 0 ? [] : [{ ...content, parts: kept }];
}

function cleanPart(part: JsonObject): readonly JsonObject[] {
  const name = 'thoughtSignature' in part ? 'thoughtSignature' : 'thought_signature';
  const signature = part[name];
  if (typeof signature !== 'string' || !isForeignSignature(signature)) return [part];
  if (part['thought'] === true || part['text'] === '') return [];
  const { [name]: _foreign, ...rest } = part;
  const isCall = isObject(part['functionCall']) || isObject(part['function_call']);
  return [isCall ? { ...rest, [name]: LOST_GEMINI_SIGNATURE } : rest];
}
