import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { decodeBase32, encodeBase32 } from './base32.ts';

const CODES = 10;
/** 120 bits, 24 characters: enough for a plain hash (OWASP ASVS 6.5.2 asks for 112). */
const CODE_BYTES = 15;

/** `codes` are shown once, `hashes` are kept. */
export interface RecoveryCodes {
  readonly codes: readonly string[];
  readonly hashes: readonly string[];
}

/** Ten codes such as `ABCD-EFGH-…`, each of which opens once in place of the second factor. */
export function makeRecoveryCodes(): RecoveryCodes {
  const made = Array.from({ length: CODES }, () => randomBytes(CODE_BYTES));
  return { codes: made.map((bytes) => (encodeBase32(bytes).match(/.{4}/gu) ?? []).join('-')), hashes: made.map(hashOf) };
}

/**
 * The hashes that are left when a code is right; null when it is wrong or was used. They have to be stored only where the old ones still
 * stand, or two logins at once could use one code.
 */
export function spendRecoveryCode(code: string, hashes: readonly string[]): readonly string[] | null {
  const bytes = decodeBase32(code);
  if (bytes === null) return null;
  const typed = Buffer.from(hashOf(bytes));
  const left = hashes.filter((kept) => {
    const known = Buffer.from(kept);
    return known.length !== typed.length || !timingSafeEqual(known, typed);
  });
  return left.length === hashes.length ? null : left;
}

function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
