import type { AudioPart, DocumentPart, ImagePart, MediaSource } from '../../domain/canonical/canonical-part.ts';

/** Media types by the ending of an address. */
const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
  heif: 'image/heif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  mp3: 'audio/mp3',
  wav: 'audio/wav',
  mp4: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
};
const YOUTUBE = /^https?:\/\/(?:(?:www|m|music)\.)?(?:youtube\.com|youtu\.be)\//i;
/** Files that Google keeps for one account: nobody else can fetch them. */
const KEPT_BY_GOOGLE = /^(?:gs:\/\/|files\/|https?:\/\/generativelanguage\.googleapis\.com\/)/i;

/** Bytes or an address as the part that their media type says. */
export function mediaPartOf(source: MediaSource, mediaType: string | null, name: string | null): ImagePart | DocumentPart | AudioPart {
  if (mediaType?.startsWith('image/') === true) return { type: 'image', source, detail: null };
  if (mediaType?.startsWith('audio/') === true) return { type: 'audio', source };
  return { type: 'document', source, name };
}

/** What a `fileUri` points at. */
export function sourceOfUri(uri: string, mediaType: string | null): MediaSource {
  return KEPT_BY_GOOGLE.test(uri) ? { type: 'file-id', id: uri } : { type: 'url', url: uri, mediaType };
}

/**
 * The media type of what stands at an address, told by its ending; null when that says nothing, and for films on YouTube, which have none.
 */
export function mediaTypeOfUrl(url: string): string | null {
  if (YOUTUBE.test(url)) return null;
  const ending = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(url.slice(url.lastIndexOf('/') + 1))?.[1];
  return ending === undefined ? null : (TYPES[ending.toLowerCase()] ?? null);
}

export function isYouTube(url: string): boolean {
  return YOUTUBE.test(url);
}
