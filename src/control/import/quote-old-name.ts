import { looksLikeSecret } from './looks-like-secret.ts';

const MOST_SHOWN = 64;

/** A name of the old data in quotes; empty when it looks like a secret that stands in the wrong place. Nothing in it can act on a terminal. */
export function quoteOldName(name: string): string {
  if (looksLikeSecret(name)) return '';
  const plain = name.replaceAll(/\p{C}/gu, '');
  return JSON.stringify(plain.length <= MOST_SHOWN ? plain : `${plain.slice(0, MOST_SHOWN)}…`);
}
