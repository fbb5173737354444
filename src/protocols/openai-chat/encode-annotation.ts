import type { UrlCitation } from '../../domain/canonical/canonical-part.ts';
import type { UrlCitationAnnotation } from './wire-types.ts';

/** A source as chat tells it. `from` and `to`: the text it stands under, in the whole message; the places when the source tells none. */
export function encodeAnnotation({ url, title, start, end }: UrlCitation, from: number, to: number): UrlCitationAnnotation {
  return {
    type: 'url_citation',
    url_citation: { url, title: title ?? url, start_index: start === null ? from : from + start, end_index: end === null ? to : from + end },
  };
}
