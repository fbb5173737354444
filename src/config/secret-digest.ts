import { hash } from 'node:crypto';

/** SHA-256 in lower-case hex, for ids of keys and for finding the same secret twice. */
export function secretDigest(secret: string): string {
  return hash('sha256', secret, 'hex');
}
