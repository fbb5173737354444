import type { CanonicalPart, DocumentPart, ImagePart, MediaSource, TextPart, ToolCallPart } from '../../domain/canonical/canonical-part.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import { fileKind, isUsualImage } from '../../domain/canonical/media-kind.ts';
import { legalToolCallId } from '../../domain/canonical/tool-call-id.ts';
import { legalToolName, TOOL_NAMES } from '../../domain/canonical/tool-name.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import { isObject, parseJson } from '../../lib/json-reading.ts';
import { unreachable } from '../../lib/unreachable.ts';
import type { CacheMarks } from './cache-marks.ts';
import type { WireBlock, WireDocument, WireImage, WireSource, WireText } from './wire-types.ts';

/** With what blocks are written. */
export interface BlockContext {
  readonly traits: ModelTraits;
  readonly marks: CacheMarks;
  readonly drops: Drops;
}

const LONGEST_TITLE = 500;

/** The part as a block; null when the target does not take it, which is told, or when there is nothing in it. */
export function encodePart(part: CanonicalPart, context: BlockContext): WireBlock | null {
  switch (part.type) {
    case 'text':
      if (part.state !== undefined) context.drops.add('thinking-history');
      return encodeText(part, context);
    case 'refusal':
      return encodeText({ type: 'text', text: part.text }, context);
    case 'image':
      return encodeImage(part, context);
    case 'document':
      return encodeDocument(part, context);
    case 'audio':
      context.drops.add('audio');
      if (part.source.type === 'file-id') context.drops.add('file-ids');
      return null;
    case 'thinking':
      return encodeThinking(part, context);
    case 'tool-call':
      return encodeCall(part, context);
    case 'tool-result':
      return encodeResult(part, context);
    default:
      return unreachable(part);
  }
}

/** The API refuses text without anything to read in it. */
export function encodeText(part: TextPart, context: BlockContext): WireText | null {
  return part.text.trim() === '' ? null : context.marks.note({ type: 'text', text: part.text }, part);
}

function encodeImage(part: ImagePart, context: BlockContext): WireImage | null {
  if (part.detail !== null && part.detail !== 'auto') context.drops.add('image-detail');
  if (context.traits.lacks.has('images')) {
    context.drops.add('images');
    if (part.source.type === 'url') context.drops.add('image-urls');
    if (part.source.type === 'file-id') context.drops.add('file-ids');
    return null;
  }
  if (!isUsualImage(mediaTypeOf(part.source) ?? 'image/png')) {
    context.drops.add('other-images');
    return null;
  }
  const source = encodeSource(part.source, context.drops);
  return source === null ? null : context.marks.note({ type: 'image', source }, part);
}

function encodeSource(source: MediaSource, drops: Drops): WireSource | null {
  switch (source.type) {
    case 'base64':
      // Both names are in use; the API knows one.
      return { type: 'base64', media_type: source.mediaType === 'image/jpg' ? 'image/jpeg' : source.mediaType, data: source.data };
    case 'url':
      return { type: 'url', url: source.url };
    case 'file-id':
      drops.add('file-ids');
      return null;
    default:
      return unreachable(source);
  }
}

function encodeDocument(part: DocumentPart, context: BlockContext): WireDocument | null {
  const title = part.name === null || part.name === '' ? {} : { title: part.name.slice(0, LONGEST_TITLE) };
  const text = textOf(part.source);
  const kind = fileKind(mediaTypeOf(part.source) ?? 'application/pdf');
  if (kind === 'video' || kind === 'other') {
    context.drops.add(kind === 'video' ? 'videos' : 'other-files');
    return null;
  }
  const source =
    text === null ? encodeSource(part.source as MediaSource, context.drops) : ({ type: 'text', media_type: 'text/plain', data: text } as const);
  return source === null || text === '' ? null : context.marks.note({ type: 'document', source, ...title }, part);
}

/** Null: nobody says. */
function mediaTypeOf(source: DocumentPart['source']): string | null {
  return source.type === 'base64' || source.type === 'url' ? source.mediaType : null;
}

function textOf(source: DocumentPart['source']): string | null {
  if (source.type === 'text') return source.text;
  return source.type === 'base64' && fileKind(source.mediaType) === 'text' ? Buffer.from(source.data, 'base64').toString('utf8') : null;
}

/** Only what the API signed or sealed itself goes back to it. */
function encodeThinking(part: CanonicalPart & { readonly type: 'thinking' }, context: BlockContext): WireBlock | null {
  const { state, text } = part;
  if (state === null || state.family !== 'anthropic' || context.traits.thinking === null || context.traits.lacks.has('thinking')) {
    context.drops.add('thinking-history');
    return null;
  }
  if (state.form === 'sealed') return { type: 'redacted_thinking', data: state.data };
  return { type: 'thinking', thinking: state.text ?? text, signature: state.data };
}

function encodeCall(part: ToolCallPart, context: BlockContext): WireBlock | null {
  if (part.state !== undefined) context.drops.add('thinking-history');
  if (context.traits.lacks.has('tools')) {
    context.drops.add('tools');
    return null;
  }
  return context.marks.note(
    { type: 'tool_use', id: legalToolCallId(part.id), name: legalToolName(part.name, TOOL_NAMES.anthropic), input: inputOf(part) },
    part,
  );
}

/** Free text, and text that is no JSON object, becomes the member `input`, as the tools themselves are declared. */
function inputOf(part: ToolCallPart): unknown {
  if (part.kind === 'function' && part.input.trim() === '') return {};
  const read = part.kind === 'function' ? parseJson(part.input) : undefined;
  return isObject(read) ? read : { input: part.input };
}

function encodeResult(part: CanonicalPart & { readonly type: 'tool-result' }, context: BlockContext): WireBlock | null {
  const content: (WireText | WireImage | WireDocument)[] = [];
  if (context.traits.lacks.has('tools')) return null;
  for (const each of part.content) {
    const block = encodePart(each, context);
    if (block !== null) content.push(block as WireText | WireImage | WireDocument);
  }
  const [only] = content;
  const isText = content.length === 1 && only?.type === 'text' && !context.marks.has(only);
  return context.marks.note(
    {
      type: 'tool_result',
      tool_use_id: legalToolCallId(part.callId),
      ...(content.length === 0 ? {} : { content: isText ? only.text : content }),
      ...(part.isError ? { is_error: true } : {}),
    },
    part,
  );
}
