type FileKind = 'pdf' | 'text' | 'video' | 'other';

const TEXT = /^text\/|^application\/(?:json|xml|javascript|x-yaml|yaml)\b|\+(?:json|xml)$/u;
const USUAL_IMAGES: ReadonlySet<string> = new Set(['image/jpeg', 'image/jpg', 'image/png', 'image/gif', 'image/webp']);

/** What vendors make of a file of this media type: all read PDF, text can be told as text, few watch films. */
export function fileKind(mediaType: string): FileKind {
  const type = mediaType.toLowerCase();
  if (type === 'application/pdf') return 'pdf';
  if (type.startsWith('video/')) return 'video';
  return TEXT.test(type.split(';', 1)[0] ?? '') ? 'text' : 'other';
}

/** True for the media types of images that every vendor reads. */
export function isUsualImage(mediaType: string): boolean {
  return USUAL_IMAGES.has(mediaType.toLowerCase());
}
