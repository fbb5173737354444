import { createHash, hash, timingSafeEqual } from 'node:crypto';
import type { VirtualKeyHash } from '../domain/ids.ts';

/**
 * SHA-256 of a token, lower-case hex. Tokens of the gateway's own making carry 256 random bits, so a plain hash is enough
 * (OWASP ASVS 6.5.2 asks for 112) and a look-up by it tells nothing through its time.
 */
export function hashToken(token: string): VirtualKeyHash {
  return hash('sha256', token, 'hex') as VirtualKeyHash;
}

/** Compares two secrets in constant time, whatever their lengths. */
export function equalSecrets(a: string, b: string): boolean {
  const left = createHash('sha256').update(a).digest();
  const right = createHash('sha256').update(b).digest();
  return timingSafeEqual(left, right);
}
