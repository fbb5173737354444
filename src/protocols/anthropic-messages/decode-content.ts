import type { DocumentPart, ImagePart, MediaSource, TextPart } from '../../domain/canonical/canonical-part.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import type { UnmappedFields } from '../unmapped-fields.ts';
import { isAbsent, readArray, readObject, readOptionalString, readString, refuse } from './client-fields.ts';

export type ContentPart = TextPart | ImagePart | DocumentPart;

/**
 * The parts of a block that users, and results of tools, may hold; null when it is of another type. A document that was given in pieces with
 * images becomes a document and images behind it.
 */
export function readContentBlock(block: JsonObject, field: string, unmapped: UnmappedFields): readonly ContentPart[] | null {
  switch (block['type']) {
    case 'text':
      return textParts(readString(block['text'], `${field}.text`), block);
    case 'image':
      // How the API scales a large image is its own affair.
      if (!isAbsent(block['transformations'])) unmapped.add('transformations', 'hint');
      return [{ type: 'image', source: readSource(block['source'], `${field}.source`, null), detail: null, ...markOf(block) }];
    case 'document':
      return readDocument(block, field, unmapped);
    case 'search_result':
      return readSearchResult(block, field, unmapped);
    default:
      return null;
  }
}

/** Text that is empty says nothing, so it is left out. */
export function textParts(text: string, block: JsonObject): readonly TextPart[] {
  return text === '' ? [] : [{ type: 'text', text, ...markOf(block) }];
}

/** The mark of a block. Its lifetime is not carried: no two vendors offer the same ones. */
export function markOf(block: JsonObject): { readonly cacheMark?: true } {
  return isObject(block['cache_control']) ? { cacheMark: true } : {};
}

function readSource(value: unknown, field: string, mediaTypeOfUrl: string | null): MediaSource {
  const source = readObject(value, field);
  switch (source['type']) {
    case 'base64':
      return {
        type: 'base64',
        mediaType: readString(source['media_type'], `${field}.media_type`),
        data: readString(source['data'], `${field}.data`),
      };
    case 'url':
      return { type: 'url', url: readString(source['url'], `${field}.url`), mediaType: mediaTypeOfUrl };
    case 'file':
      return { type: 'file-id', id: readString(source['file_id'], `${field}.file_id`) };
    default:
      return refuse(`${field}.type`, 'is not a kind of source that is known');
  }
}

function readDocument(block: JsonObject, field: string, unmapped: UnmappedFields): readonly ContentPart[] {
  noteCitations(block, unmapped);
  if (!isAbsent(block['context'])) unmapped.add('context', 'hint');
  const name = readOptionalString(block['title'], `${field}.title`);
  const source = readObject(block['source'], `${field}.source`);
  const document = (from: DocumentPart['source']): DocumentPart => ({ type: 'document', source: from, name, ...markOf(block) });
  if (source['type'] === 'text') return [document({ type: 'text', text: readString(source['data'], `${field}.source.data`) })];
  if (source['type'] !== 'content') return [document(readSource(source, `${field}.source`, 'application/pdf'))];
  const parts = readPieces(source['content'], `${field}.source.content`, unmapped);
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
  return [...(text === '' ? [] : [document({ type: 'text', text })]), ...parts.filter((part) => part.type === 'image')];
}

/** A found page, as text: what it is called, where it stands, what it says. */
function readSearchResult(block: JsonObject, field: string, unmapped: UnmappedFields): readonly ContentPart[] {
  noteCitations(block, unmapped);
  const title = readString(block['title'], `${field}.title`);
  const source = readString(block['source'], `${field}.source`);
  const parts = readPieces(block['content'], `${field}.content`, unmapped);
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return textParts([title, source, '', ...texts].join('\n'), block);
}

function readPieces(content: unknown, field: string, unmapped: UnmappedFields): readonly ContentPart[] {
  if (typeof content === 'string') return textParts(content, {});
  return readArray(content, field).flatMap((each, place) => {
    const at = `${field}[${place}]`;
    const piece = readObject(each, at);
    return (
      (piece['type'] === 'text' || piece['type'] === 'image' ? readContentBlock(piece, at, unmapped) : null) ??
      refuse(`${at}.type`, 'must be text or image')
    );
  });
}

function noteCitations(block: JsonObject, unmapped: UnmappedFields): void {
  const citations = block['citations'];
  if (isObject(citations) && citations['enabled'] === true) unmapped.add('citations', 'hint');
}
