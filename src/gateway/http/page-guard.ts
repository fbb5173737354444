import type { HttpHeaders } from '../../lib/http-headers.ts';

/** What browsers show as text and never guess about. */
const NO_PAGE = /^(?:application\/json|text\/event-stream)[ \t]*(?:;|$)/iu;
const GUARD = ['content-security-policy', 'sandbox', 'x-content-type-options', 'nosniff'];

/**
 * Headers for an upstream's answer that a browser could take for a page: opened by its address it would run as a page of the gateway, with the
 * session of whoever administers it. A flat list.
 */
export function pageGuard(contentType: HttpHeaders[string]): readonly string[] {
  return typeof contentType === 'string' && NO_PAGE.test(contentType) ? [] : GUARD;
}
