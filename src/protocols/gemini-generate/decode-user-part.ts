import type { AudioPart, CanonicalPart, DocumentPart, ImagePart, ToolResultPart } from '../../domain/canonical/canonical-part.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import { readObject, readObjects, readString, refuseField } from './client-fields.ts';
import { mediaPartOf, mediaTypeOfUrl, sourceOfUri } from './media-part.ts';

/** Members of which a part has exactly one. */
const DATA = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
] as const;
type PartKind = (typeof DATA)[number];

/** What a part is; null for one that carries a signature and nothing else. Throws for what is no part. */
export function kindOfPart(part: JsonObject, path: string): PartKind | null {
  const kinds = DATA.filter((kind) => part[kind] !== undefined && part[kind] !== null);
  if (kinds.length > 1) throw refuseField(path, `must have one of ${kinds.join(' and ')}`);
  const [kind] = kinds;
  if (kind !== undefined) return kind;
  if (typeof part['thoughtSignature'] === 'string') return null;
  throw refuseField(path, `must have one of ${DATA.slice(0, 5).join(', ')}`);
}

/** Bytes (`inlineData`) or an address (`fileData`). */
export function decodeMedia(part: JsonObject, path: string): ImagePart | DocumentPart | AudioPart {
  const blob = readObject(part, 'inlineData', `${path}.inlineData`);
  if (blob !== null) {
    const data = readString(blob, 'data', `${path}.inlineData.data`);
    const mediaType = readString(blob, 'mimeType', `${path}.inlineData.mimeType`);
    if (data === null || data === '') throw refuseField(`${path}.inlineData.data`, 'is missing');
    if (mediaType === null || mediaType === '') throw refuseField(`${path}.inlineData.mimeType`, 'is missing');
    return mediaPartOf({ type: 'base64', mediaType, data }, mediaType, readString(blob, 'displayName', `${path}.inlineData.displayName`));
  }
  const file = readObject(part, 'fileData', `${path}.fileData`) ?? {};
  const uri = readString(file, 'fileUri', `${path}.fileData.fileUri`);
  if (uri === null || uri === '') throw refuseField(`${path}.fileData.fileUri`, 'is missing');
  const mediaType = readString(file, 'mimeType', `${path}.fileData.mimeType`);
  const name = readString(file, 'displayName', `${path}.fileData.displayName`);
  return mediaPartOf(sourceOfUri(uri, mediaType), mediaType ?? mediaTypeOfUrl(uri), name);
}

/** A tool's answer. */
export function decodeResult(response: JsonObject, path: string): Pick<ToolResultPart, 'content' | 'isError'> {
  const answer = readObject(response, 'response', `${path}.response`) ?? {};
  const isError = answer['error'] !== undefined && answer['error'] !== null;
  const told = toldBy(answer, response['name']);
  const text = typeof told === 'string' ? told : JSON.stringify(told);
  const content: ToolResultPart['content'][number][] = text === '' ? [] : [{ type: 'text', text }];
  for (const [index, part] of readObjects(response, 'parts', `${path}.parts`).entries()) {
    const place = `${path}.parts[${index}]`;
    if (!isObject(part['inlineData']) && !isObject(part['fileData'])) throw refuseField(place, 'must have inlineData');
    const media = decodeMedia(part, place);
    // Tool results hold no sound; as a document it reaches those who can read it.
    content.push(media.type === 'audio' ? { type: 'document', source: media.source, name: null } : media);
  }
  return { content, isError };
}

/**
 * What an answer says: its `output` or `error` where it follows Google's convention, its `result` as Google's SDKs write it, its `content` as
 * Vercel's does, else all of it.
 */
function toldBy(answer: JsonObject, name: unknown): unknown {
  const members = Object.keys(answer).filter((member) => answer[member] !== null && answer[member] !== undefined);
  const [only = ''] = members;
  if (members.length === 1 && (only === 'output' || only === 'error' || only === 'result')) return answer[only];
  if (members.length === 2 && answer['name'] === name && members.includes('content')) return answer['content'];
  return Object.keys(answer).length === 0 ? '' : answer;
}

/** A part of a user's turn that is no tool result; null for an empty text. */
export function decodeUserPart(part: JsonObject, kind: PartKind | null, path: string): CanonicalPart | null {
  if (kind === 'inlineData' || kind === 'fileData') return decodeMedia(part, path);
  if (kind !== 'text' && kind !== null) throw refuseField(`${path}.${kind}`, 'has no place in a turn of the user');
  const text = readString(part, 'text', `${path}.text`) ?? '';
  return text === '' ? null : { type: 'text', text };
}
