import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { decodeBase32, encodeBase32 } from './base32.ts';

const STEP_MS = 30_000;
const DIGITS = 6;
/** 160 bits, the length of the hash (RFC 4226, 4, R6). */
const SECRET_BYTES = 20;
/** Steps before and after this one whose codes are taken too: people type slowly, and clocks differ. */
const WINDOW = 1;

/** What a code is checked against. `lastStep`: the step of the last code that was taken, null before the first. */
export interface TotpState {
  readonly secret: string;
  readonly lastStep: number | null;
}

/** A new secret in base32. */
export function generateTotpSecret(): string {
  return encodeBase32(randomBytes(SECRET_BYTES));
}

/** The code of one step of 30 s since 1970 (RFC 6238 over RFC 4226, SHA-1). @throws {Error} when the secret is not base32. */
export function totpCode(secret: string, step: number, digits = DIGITS): string {
  const key = decodeBase32(secret);
  if (key === null || key.length === 0) throw new Error('The secret of the second factor is not base32; set the second factor up again.');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  const number = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/**
 * The step of a right code, to be stored as `lastStep` in the same transaction as the login; null for a wrong code, and for one that was
 * taken before. Every code of the window is compared, in constant time.
 */
export function verifyTotp(code: string, { secret, lastStep }: TotpState, nowMs: number): number | null {
  const typed = Buffer.from(code.replaceAll(/\s/gu, ''));
  const current = Math.floor(nowMs / STEP_MS);
  let taken: number | null = null;
  for (let step = Math.max(0, current - WINDOW); step <= current + WINDOW; step += 1) {
    const right = Buffer.from(totpCode(secret, step));
    const isRight = typed.length === right.length && timingSafeEqual(typed, right);
    if (isRight && (lastStep === null || step > lastStep)) taken = step;
  }
  return taken;
}

/** What authenticator apps read from a QR code. */
export function otpauthUrl(secret: string, userName: string, issuer = 'Headgate'): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(userName)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1000}`;
}
