import { randomBytes } from 'node:crypto';
import { isWellKnownSecret } from '../../domain/well-known-secret.ts';

/** HS256 wants a key as long as its hash (RFC 7518, 3.2). */
const SHORTEST_BYTES = 32;
const FEWEST_DIFFERENT = 10;
/** How examples are written: a random secret has none of this but by a chance that nobody meets. */
const EXAMPLE =
  /^(?:your|my|change|replace|insert|put|some|super|example)[-_ ]|change[-_ ]?(?:me|this|it|in[-_ ])|example|placeholder|at[-_ ]least[-_ ]\d|jwt[-_ ]?secret/iu;

/** A new secret for access tokens, 256 bits as base64url. */
export function generateJwtSecret(): string {
  return randomBytes(SHORTEST_BYTES).toString('base64url');
}

/** Why a secret must not sign access tokens, as the end of a sentence; null when it may. */
export function weaknessOfJwtSecret(secret: string): string | null {
  if (isWellKnownSecret(secret) || EXAMPLE.test(secret)) return 'is a well-known example value; leave it unset, and one is made';
  if (Buffer.byteLength(secret, 'utf8') < SHORTEST_BYTES) return `is shorter than ${SHORTEST_BYTES} bytes; leave it unset, and one is made`;
  if (new Set(secret).size < FEWEST_DIFFERENT) return 'repeats the same few characters; leave it unset, and one is made';
  return null;
}
