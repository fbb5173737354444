import { secretDigest } from '../../config/secret-digest.ts';

const HEX_DIGEST = /^[0-9a-f]{64}$/iu;

/** The form in which a virtual key keeps its secret; null for what no client can send as a credential. */
export function hashedSecret(secret: string): string | null {
  return /^[\x21-\x7e]{1,512}$/u.test(secret) ? `sha256:${secretDigest(secret)}` : null;
}

/** The same from the SHA-256 that an older program kept; null for any other kind of hash. */
export function hashedSecretOfDigest(digest: string): string | null {
  return HEX_DIGEST.test(digest) ? `sha256:${digest.toLowerCase()}` : null;
}
