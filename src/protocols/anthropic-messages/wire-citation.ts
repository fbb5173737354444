import type { UrlCitation } from '../../domain/canonical/canonical-part.ts';
import { STATE_TAG } from '../../domain/canonical/opaque-state.ts';

/**
 * A citation as a client reads it. The index is the gateway's own, because the client may send the block back: by its tag it is known again and
 * kept from the API, which would refuse it. `text`: of which the citation tells a place; empty: not at hand.
 */
export function citationJson(citation: UrlCitation, text: string): string {
  const cited = citation.start === null || citation.end === null ? '' : text.slice(citation.start, citation.end);
  return JSON.stringify({
    type: 'web_search_result_location',
    url: citation.url,
    title: citation.title,
    cited_text: cited,
    encrypted_index: STATE_TAG,
  });
}
