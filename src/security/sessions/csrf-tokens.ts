import { createHmac, createSecretKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';

const KEY_BYTES = 32;
const SALT_BYTES = 16;

/**
 * Tokens that the console sends beside its cookie, bound to one session by an HMAC. Each has a salt, so that no two are equal and none can be
 * guessed from the length of a compressed page.
 */
export class CsrfTokens {
  readonly #key: KeyObject;

  /** @param key 32 bytes, the same in every replica. @throws {RangeError} for a shorter one. */
  constructor(key: Uint8Array) {
    if (key.length < KEY_BYTES) throw new RangeError(`The key of CSRF tokens has ${key.length} bytes; it needs ${KEY_BYTES}.`);
    this.#key = createSecretKey(key);
  }

  issue(sessionId: string): string {
    const salt = randomBytes(SALT_BYTES);
    return Buffer.concat([salt, this.#mac(salt, sessionId)]).toString('base64url');
  }

  /** Compares in constant time. 16 and 32 bytes are 64 characters, without a bit to spare. */
  verify(token: string, sessionId: string): boolean {
    if (!/^[\w-]{64}$/u.test(token)) return false;
    const bytes = Buffer.from(token, 'base64url');
    return timingSafeEqual(bytes.subarray(SALT_BYTES), this.#mac(bytes.subarray(0, SALT_BYTES), sessionId));
  }

  #mac(salt: Uint8Array, sessionId: string): Buffer {
    return createHmac('sha256', this.#key).update('csrf v1').update(salt).update(sessionId, 'utf8').digest();
  }
}
