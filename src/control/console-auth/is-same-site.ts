import type { CallFacts } from './call-facts.ts';

/** False when the browser says that another site sent the request. Programs say nothing. */
export function isSameSite({ headers }: Pick<CallFacts, 'headers'>): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}
