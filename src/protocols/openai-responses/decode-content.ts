import type { AudioPart, CacheMark, DocumentPart, ImagePart, MediaSource, RefusalPart, TextPart } from '../../domain/canonical/canonical-part.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import { refuseField, requiredTextField, textField, wordField } from '../openai-fields.ts';

/** What the content of each role may hold. */
const PART_TYPES = {
  user: ['input_text', 'input_image', 'input_file', 'input_audio'],
  system: ['input_text'],
  assistant: ['output_text', 'refusal'],
  tool: ['input_text', 'input_image', 'input_file'],
} as const;

type Holder = keyof typeof PART_TYPES;
type ContentPart = TextPart | RefusalPart | ImagePart | DocumentPart | AudioPart;

/** A part and where it stands. */
export interface PlacedPart<Part> {
  readonly part: Part;
  readonly field: string;
}

/** Content of a message or of a tool's answer: a string or a list of parts. Empty texts say nothing and are left out. */
export function readContent(content: unknown, holder: Holder, field: string): readonly PlacedPart<ContentPart>[] {
  if (typeof content === 'string') return content === '' ? [] : [{ part: { type: 'text', text: content }, field }];
  if (!Array.isArray(content)) refuseField(field, 'has to be a string or a list of parts');
  const parts: PlacedPart<ContentPart>[] = [];
  for (const [index, each] of content.entries()) {
    const place = `${field}[${index}]`;
    const part = readPart(each, holder, place);
    if (part !== null) parts.push({ part, field: place });
  }
  return parts;
}

function readPart(part: unknown, holder: Holder, place: string): ContentPart | null {
  if (!isObject(part)) refuseField(place, 'has to be an object');
  const type = wordField(part, 'type', PART_TYPES[holder], place) ?? refuseField(`${place}.type`, 'is missing');
  switch (type) {
    case 'input_text':
    case 'output_text': {
      const text = textField(part, 'text', place) ?? refuseField(`${place}.text`, 'is missing');
      return text === '' ? null : { type: 'text', text, ...readMark(part) };
    }
    case 'refusal': {
      const text = textField(part, 'refusal', place) ?? refuseField(`${place}.refusal`, 'is missing');
      return text === '' ? null : { type: 'refusal', text };
    }
    case 'input_image':
      return readImage(part, place);
    case 'input_file':
      return readFile(part, place);
    case 'input_audio':
      return readAudio(part, place);
  }
}

function readImage(part: JsonObject, place: string): ImagePart {
  const address = textField(part, 'image_url', place);
  const id = textField(part, 'file_id', place);
  const detail = wordField(part, 'detail', ['auto', 'low', 'high', 'original'], place);
  if (address !== null) return { type: 'image', source: readAddress(address, `${place}.image_url`), detail, ...readMark(part) };
  if (id === null) refuseField(`${place}.image_url`, 'is missing');
  return { type: 'image', source: { type: 'file-id', id }, detail, ...readMark(part) };
}

function readFile(part: JsonObject, place: string): DocumentPart {
  const name = textField(part, 'filename', place);
  const data = textField(part, 'file_data', place);
  const url = textField(part, 'file_url', place);
  const id = textField(part, 'file_id', place);
  const rest = { name, ...readMark(part) };
  // Bare base64 is what some clients send; without a type of its own it is the PDF that this part was made for.
  if (data !== null && !data.startsWith('data:'))
    return { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data }, ...rest };
  if (data !== null) return { type: 'document', source: readAddress(data, `${place}.file_data`), ...rest };
  if (url !== null) return { type: 'document', source: readAddress(url, `${place}.file_url`), ...rest };
  if (id === null) refuseField(place, 'needs one of file_data, file_url and file_id');
  return { type: 'document', source: { type: 'file-id', id }, ...rest };
}

function readAudio(part: JsonObject, place: string): AudioPart {
  const audio = part['input_audio'];
  if (!isObject(audio)) refuseField(`${place}.input_audio`, 'has to be an object');
  const data = requiredTextField(audio, 'data', `${place}.input_audio`);
  const format = wordField(audio, 'format', ['wav', 'mp3'], `${place}.input_audio`) ?? refuseField(`${place}.input_audio.format`, 'is missing');
  return { type: 'audio', source: { type: 'base64', mediaType: format === 'mp3' ? 'audio/mpeg' : 'audio/wav', data } };
}

const DATA_URL = /^data:([^;,]+)(?:;[^;,]+)*;base64,/i;

function readAddress(address: string, field: string): MediaSource {
  if (!address.startsWith('data:')) return address === '' ? refuseField(field, 'is empty') : { type: 'url', url: address, mediaType: null };
  const match = DATA_URL.exec(address.slice(0, 256)) ?? refuseField(field, 'has to be a data URL in base64');
  return { type: 'base64', mediaType: mediaTypeOf(match[1] ?? ''), data: address.slice(match[0].length) };
}

/** `image/jpg` is written often and registered nowhere. */
function mediaTypeOf(name: string): string {
  const type = name.toLowerCase();
  return type === 'image/jpg' ? 'image/jpeg' : type;
}

function readMark(part: JsonObject): CacheMark {
  return isObject(part['prompt_cache_breakpoint']) ? { cacheMark: true } : {};
}
