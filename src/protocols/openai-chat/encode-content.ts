import type { CanonicalPart, DocumentPart, ImagePart, TextPart } from '../../domain/canonical/canonical-part.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import type { Feature } from '../../domain/canonical/feature.ts';
import { fileKind } from '../../domain/canonical/media-kind.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import type { AudioPartParam, CacheBreakpoint, ContentPartParam, FilePartParam, ImagePartParam, TextPartParam } from './wire-types.ts';

const BREAKPOINT: CacheBreakpoint = { mode: 'explicit' };
/** Between texts that become one string: paragraphs. */
const PARAGRAPH = '\n\n';

/** Writes parts for one target, and notes what it does not take. */
export class ContentEncoder {
  readonly #traits: ModelTraits;
  readonly #drops: Drops;

  constructor(traits: ModelTraits, drops: Drops) {
    this.#traits = traits;
    this.#drops = drops;
  }

  /** A part that a user's message can hold; null when the target takes it in no form. Calls and the like are none. */
  part(part: CanonicalPart): ContentPartParam | null {
    switch (part.type) {
      case 'text':
        return this.text(part);
      case 'refusal':
        return { type: 'text', text: part.text };
      case 'image':
        return this.#image(part);
      case 'document':
        return this.#document(part);
      case 'audio':
        if (part.source.type === 'base64') return audio(part.source.mediaType, part.source.data);
        this.#drops.add(part.source.type === 'url' ? 'document-urls' : 'file-ids');
        return null;
      case 'thinking':
      case 'tool-call':
      case 'tool-result':
        return null;
    }
  }

  text(part: TextPart): TextPartParam {
    if (part.state !== undefined) this.#drops.add('thinking-history');
    return { type: 'text', text: part.text, ...this.#mark(part) };
  }

  /** Notes a mark that stands where chat has no place for one. */
  loseMark(part: { readonly cacheMark?: true }): void {
    if (part.cacheMark === true) this.#drops.add('cache-marks');
  }

  #image(part: ImagePart): ImagePartParam | null {
    const { source, detail } = part;
    if (this.#traits.lacks.has('images')) {
      this.#drops.add('images');
      if (detail !== null) this.#drops.add('image-detail');
    }
    if (source.type === 'file-id') this.#drops.add('file-ids');
    const isUrlRefused = source.type === 'url' && (!this.#traits.imageUrls || this.#traits.lacks.has('images'));
    if (isUrlRefused) this.#drops.add('image-urls');
    if (this.#traits.lacks.has('images') || source.type === 'file-id' || isUrlRefused) {
      this.loseMark(part);
      return null;
    }
    const url = source.type === 'url' ? source.url : dataUrl(source.mediaType, source.data);
    return { type: 'image_url', image_url: { url, ...(detail === null ? {} : { detail }) }, ...this.#mark(part) };
  }

  #document(part: DocumentPart): FilePartParam | TextPartParam | null {
    const { source, name } = part;
    switch (source.type) {
      case 'text':
        return { type: 'text', text: titled(name, source.text), ...this.#mark(part) };
      case 'base64': {
        const { mediaType, data } = source;
        const kind = fileKind(mediaType);
        if (kind === 'video') return this.#lose('videos', part);
        // What is text is told as text: few servers read it from files.
        if (kind === 'text') return { type: 'text', text: titled(name, Buffer.from(data, 'base64').toString('utf8')), ...this.#mark(part) };
        return { type: 'file', file: { filename: name ?? fileName(mediaType), file_data: dataUrl(mediaType, data) }, ...this.#mark(part) };
      }
      case 'url':
        if (fileKind(source.mediaType ?? 'application/pdf') === 'video') this.#drops.add('videos');
        return this.#lose('document-urls', part);
      case 'file-id':
        return this.#lose('file-ids', part);
    }
  }

  #lose(feature: Feature, part: DocumentPart): null {
    this.#drops.add(feature);
    this.loseMark(part);
    return null;
  }

  #mark(part: { readonly cacheMark?: true }): { readonly prompt_cache_breakpoint?: CacheBreakpoint } {
    if (part.cacheMark !== true) return {};
    if (this.#traits.cacheMarks === true) return { prompt_cache_breakpoint: BREAKPOINT };
    this.#drops.add('cache-marks');
    return {};
  }
}

/** Parts as a message's content: one string where that says the same, because many compatible servers know nothing else. */
export function asContent<Part extends ContentPartParam>(parts: readonly Part[], separator = PARAGRAPH): string | readonly Part[] {
  const texts: string[] = [];
  for (const part of parts) {
    if (part.type !== 'text' || part.prompt_cache_breakpoint !== undefined) return parts;
    texts.push(part.text);
  }
  return texts.join(separator);
}

function dataUrl(mediaType: string, data: string): string {
  return `data:${mediaType};base64,${data}`;
}

function titled(name: string | null, text: string): string {
  return name === null ? text : `${name}\n\n${text}`;
}

function fileName(mediaType: string): string {
  return mediaType === 'application/pdf' ? 'document.pdf' : 'document';
}

/** `audio/mpeg` is `mp3`; others go by the name behind the slash. */
function audio(mediaType: string, data: string): AudioPartParam {
  const name = mediaType.slice(mediaType.indexOf('/') + 1).replace(/^x-/, '');
  const format = name === 'mpeg' ? 'mp3' : name === 'wave' ? 'wav' : name;
  return { type: 'input_audio', input_audio: { data, format } };
}
