import type { UrlCitation } from '../../domain/canonical/canonical-part.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';

/** The sources of a message or delta. Other kinds of annotations are passed over. */
export function readAnnotations(message: JsonObject): readonly UrlCitation[] {
  const annotations = message['annotations'];
  if (!Array.isArray(annotations)) return [];
  return annotations.filter(isObject).flatMap((annotation) => {
    const { url, title, start_index: start, end_index: end } = objectAt(annotation, 'url_citation');
    if (typeof url !== 'string' || url === '') return [];
    return [{ url, title: typeof title === 'string' ? title : null, start: placeOf(start), end: placeOf(end) }];
  });
}

function placeOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}
