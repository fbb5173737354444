import type { UrlCitation } from '../../domain/canonical/canonical-part.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import type { WireGroundingMetadata } from './wire-types.ts';

/** Where a candidate says that its text comes from: found on the web (`groundingMetadata`), or recited (`citationMetadata`). */
export function citationsOf(candidate: JsonObject, text: string): readonly UrlCitation[] {
  const places = new BytePlaces(text);
  return [...groundingCitations(objectAt(candidate, 'groundingMetadata'), places), ...recitations(objectAt(candidate, 'citationMetadata'), places)];
}

function groundingCitations(metadata: JsonObject, places: BytePlaces): readonly UrlCitation[] {
  const chunks = listAt(metadata, 'groundingChunks').map(sourceOfChunk);
  const used = new Set<number>();
  const cited = listAt(metadata, 'groundingSupports').flatMap((support) => {
    const range = places.range(objectAt(support, 'segment'));
    const indices: readonly unknown[] = Array.isArray(support['groundingChunkIndices']) ? support['groundingChunkIndices'] : [];
    return indices.flatMap((index) => {
      const source = typeof index === 'number' ? chunks[index] : null;
      if (source === null || source === undefined) return [];
      used.add(index as number);
      return [{ ...source, ...range }];
    });
  });
  const others = chunks.flatMap((source, index) => (source === null || used.has(index) ? [] : [{ ...source, start: null, end: null }]));
  return [...cited, ...others];
}

function sourceOfChunk(chunk: JsonObject): Pick<UrlCitation, 'url' | 'title'> | null {
  for (const kind of ['web', 'retrievedContext', 'maps']) {
    const { uri, title } = objectAt(chunk, kind);
    if (typeof uri === 'string' && uri !== '') return { url: uri, title: typeof title === 'string' ? title : null };
  }
  return null;
}

function recitations(metadata: JsonObject, places: BytePlaces): readonly UrlCitation[] {
  return [...listAt(metadata, 'citationSources'), ...listAt(metadata, 'citations')].flatMap((citation) => {
    const { uri, title } = citation;
    if (typeof uri !== 'string' || uri === '') return [];
    return [{ url: uri, title: typeof title === 'string' ? title : null, ...places.range(citation) }];
  });
}

/** Turns places in the bytes of a text into places in its UTF-16 units. */
class BytePlaces {
  readonly #text: string;
  #bytes: Buffer | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  range({ startIndex, endIndex }: JsonObject): Pick<UrlCitation, 'start' | 'end'> {
    if (typeof endIndex !== 'number') return { start: null, end: null };
    return { start: this.#unit(typeof startIndex === 'number' ? startIndex : 0), end: this.#unit(endIndex) };
  }

  #unit(byte: number): number {
    this.#bytes ??= Buffer.from(this.#text);
    return this.#bytes.subarray(0, Math.max(0, byte)).toString('utf8').length;
  }
}

/** Citations as `groundingMetadata`; null when there are none. `text` is what their places count in. */
export function groundingMetadataOf(citations: readonly UrlCitation[], text: string): WireGroundingMetadata | null {
  if (citations.length === 0) return null;
  const urls = [...new Map(citations.map((citation) => [citation.url, citation])).values()];
  const byteOf = (unit: number): number => Buffer.byteLength(text.slice(0, unit));
  return {
    groundingChunks: urls.map(({ url, title }) => ({ web: { uri: url, ...(title === null ? {} : { title }) } })),
    groundingSupports: citations.flatMap(({ url, start, end }) => {
      if (start === null || end === null) return [];
      const segment = { startIndex: byteOf(start), endIndex: byteOf(end) };
      return [{ segment, groundingChunkIndices: [urls.findIndex((each) => each.url === url)] }];
    }),
  };
}

function listAt(from: JsonObject, name: string): readonly JsonObject[] {
  const value = from[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}
