import { randomBytes } from 'node:crypto';
import { TOKEN_ALPHABET, tokenChecksum } from './token-checksum.ts';
import { TOKEN_PREFIXES, type TokenKind } from './token-kinds.ts';

/** 62^43 is more than 2^256. */
export const RANDOM_LENGTH = 43;
/** The largest multiple of 62 that a byte can hold: bytes from there on would favour the first characters. */
const FAIR_BYTES = 248;

/** A new secret of 256 random bits with a checksum. Shown once; only its hash is kept. */
export function makeToken(kind: TokenKind): string {
  let text: string = TOKEN_PREFIXES[kind];
  const length = text.length + RANDOM_LENGTH;
  while (text.length < length) {
    for (const byte of randomBytes(RANDOM_LENGTH)) {
      if (byte < FAIR_BYTES && text.length < length) text += TOKEN_ALPHABET[byte % TOKEN_ALPHABET.length];
    }
  }
  return text + tokenChecksum(text);
}
