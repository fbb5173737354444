/** RFC 4648, 6: letters and digits that authenticator apps and people can type. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 without padding. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31];
    }
  }
  return bits === 0 ? text : text + ALPHABET[(held << (5 - bits)) & 31];
}

/** Null for what is not base32. Small letters, spaces, hyphens and padding are passed over, as people type them. */
export function decodeBase32(text: string): Buffer | null {
  const letters = text.toUpperCase().replaceAll(/[\s-]|=+$/gu, '');
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of letters) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 255);
  }
  // A letter too many, or bits that no encoder leaves.
  return bits >= 5 || (held & ((1 << bits) - 1)) !== 0 ? null : Buffer.from(bytes);
}
