import { crc32 } from 'node:zlib';

export const TOKEN_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^6 is more than 2^32. */
export const CHECKSUM_LENGTH = 6;

/** CRC-32 of a token without its checksum, as six letters and digits: finds typos, proves nothing. */
export function tokenChecksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let index = 0; index < CHECKSUM_LENGTH; index += 1) {
    digits = (TOKEN_ALPHABET[rest % TOKEN_ALPHABET.length] ?? '') + digits;
    rest = Math.floor(rest / TOKEN_ALPHABET.length);
  }
  return digits;
}
