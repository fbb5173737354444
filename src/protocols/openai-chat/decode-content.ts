import type { AudioPart, CanonicalPart, DocumentPart, ImagePart, TextPart } from '../../domain/canonical/canonical-part.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import { listField, objectField, refuseField, requiredObjectField, requiredTextField, textField, wordField } from '../openai-fields.ts';
import type { UnmappedFields } from '../unmapped-fields.ts';
import { readDataUrl } from './data-url.ts';

const DETAILS = ['auto', 'low', 'high', 'original'] as const;
const AUDIO_TYPES = { wav: 'audio/wav', mp3: 'audio/mpeg' } as const;

/** Members of all kinds of parts. Anthropic's `cache_control` stands on chat's parts too where services offer both. */
const PART_MEMBERS = new Set(['type', 'text', 'refusal', 'image_url', 'input_audio', 'file', 'prompt_cache_breakpoint', 'cache_control']);

type Part = Extract<CanonicalPart, { type: 'text' | 'image' | 'document' | 'audio' | 'refusal' }>;

/** Reads one part at a place; null for a part that says nothing. */
type ReadPart<Each> = (part: JsonObject, place: string, unmapped: UnmappedFields) => Each | null;

/** Parts of a user's message, each with its place. */
export function decodeUserContent(message: JsonObject, place: string, unmapped: UnmappedFields): readonly (readonly [Part, string])[] {
  return decodeContent(message, place, unmapped, decodeUserPart);
}

/** Parts of an assistant's message: text and refusals. */
export function decodeAssistantContent(message: JsonObject, place: string, unmapped: UnmappedFields): readonly (readonly [Part, string])[] {
  return decodeContent(message, place, unmapped, decodeAssistantPart);
}

/** Parts of a system's, developer's or tool's message, which are text. */
export function decodeTextContent(message: JsonObject, place: string, unmapped: UnmappedFields): readonly (readonly [TextPart, string])[] {
  return decodeContent<never>(message, place, unmapped, decodeTextPart);
}

function decodeContent<Each extends Part>(
  message: JsonObject,
  place: string,
  unmapped: UnmappedFields,
  readPart: ReadPart<Each | TextPart>,
): readonly (readonly [Each | TextPart, string])[] {
  const content = message['content'] ?? null;
  const field = `${place}.content`;
  if (content === null) return [];
  if (typeof content === 'string') return content === '' ? [] : [[{ type: 'text', text: content }, field]];
  if (!Array.isArray(content)) refuseField(field, 'has to be a string or a list of parts');
  const list = listField(message, 'content', place) ?? [];
  if (list.length === 0) refuseField(field, 'holds no part');
  const parts: (readonly [Each | TextPart, string])[] = [];
  for (const [index, each] of list.entries()) {
    const at = `${field}[${index}]`;
    if (!isObject(each)) refuseField(at, 'has to be an object');
    unmapped.addUnknown(each, PART_MEMBERS, 'messages.content.');
    const part = readPart(each, at, unmapped);
    if (part !== null) parts.push([part, at]);
  }
  return parts;
}

function decodeTextPart(part: JsonObject, place: string): TextPart | null {
  if (part['type'] !== 'text') refuseField(`${place}.type`, 'has to be "text" here');
  const text = textField(part, 'text', place) ?? refuseField(`${place}.text`, 'is missing');
  return text === '' ? null : { type: 'text', text, ...cacheMark(part, place) };
}

function decodeAssistantPart(part: JsonObject, place: string): Part | null {
  if (part['type'] !== 'refusal') return decodeTextPart(part, place);
  return { type: 'refusal', text: requiredTextField(part, 'refusal', place) };
}

function decodeUserPart(part: JsonObject, place: string, unmapped: UnmappedFields): Part | null {
  switch (part['type']) {
    case 'text':
      return decodeTextPart(part, place);
    case 'image_url':
      return decodeImage(part, place);
    case 'input_audio':
      if (cacheMark(part, place).cacheMark === true) unmapped.add('prompt_cache_breakpoint', 'hint');
      return decodeAudio(part, place);
    case 'file':
      return decodeFile(part, place);
    default:
      return refuseField(`${place}.type`, 'has to be one of text, image_url, input_audio, file');
  }
}

function decodeImage(part: JsonObject, place: string): ImagePart {
  const image = requiredObjectField(part, 'image_url', place);
  const at = `${place}.image_url`;
  const url = requiredTextField(image, 'url', at);
  const detail = wordField(image, 'detail', DETAILS, at);
  const marks = cacheMark(part, place);
  if (/^https?:\/\//i.test(url)) return { type: 'image', source: { type: 'url', url, mediaType: null }, detail, ...marks };
  const data = readDataUrl(url) ?? refuseField(`${at}.url`, 'has to be an http, https or data URL');
  if (!data.mediaType.startsWith('image/')) refuseField(`${at}.url`, 'has to hold an image');
  return { type: 'image', source: { type: 'base64', mediaType: data.mediaType, data: data.base64 }, detail, ...marks };
}

function decodeAudio(part: JsonObject, place: string): AudioPart {
  const audio = requiredObjectField(part, 'input_audio', place);
  const at = `${place}.input_audio`;
  const format = wordField(audio, 'format', ['wav', 'mp3'], at) ?? refuseField(`${at}.format`, 'is missing');
  return { type: 'audio', source: { type: 'base64', mediaType: AUDIO_TYPES[format], data: requiredTextField(audio, 'data', at) } };
}

function decodeFile(part: JsonObject, place: string): DocumentPart {
  const file = requiredObjectField(part, 'file', place);
  const at = `${place}.file`;
  const name = textField(file, 'filename', at) || null;
  const marks = cacheMark(part, place);
  const id = textField(file, 'file_id', at);
  const content = textField(file, 'file_data', at);
  if (content === null || content === '') {
    if (id === null || id === '') refuseField(at, 'needs file_data or file_id');
    return { type: 'document', source: { type: 'file-id', id }, name, ...marks };
  }
  // Bare base64 is taken too; what it holds is then said by nobody, and the API takes nothing but PDF.
  const { mediaType, base64 } = readDataUrl(content) ?? { mediaType: 'application/pdf', base64: content };
  return { type: 'document', source: { type: 'base64', mediaType, data: base64 }, name, ...marks };
}

function cacheMark(part: JsonObject, place: string): { readonly cacheMark?: true } {
  const mark = objectField(part, 'prompt_cache_breakpoint', place) ?? (isObject(part['cache_control']) ? part['cache_control'] : null);
  return mark === null ? {} : { cacheMark: true };
}
