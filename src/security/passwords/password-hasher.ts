import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { readPasswordPhc, writePasswordPhc, type PasswordPhc } from './password-phc.ts';
import { WorkQueue } from './work-queue.ts';

/** Cost of a hash. Memory in KiB. */
export interface PasswordCost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. */
const COST: PasswordCost = { memoryKib: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const AT_A_TIME = 2;
const MOST_WAITING = 64;

const deriveHash = promisify(argon2);

/** Hashes passwords with argon2id outside of the event loop, two at a time, and compares them in constant time. */
export class PasswordHasher {
  readonly #cost: PasswordCost;
  readonly #queue: WorkQueue;
  /** Nobody's password: what is compared when there is no such user, so that the answer takes as long. */
  readonly #nobody: PasswordPhc;

  constructor(cost = COST, queue = new WorkQueue(AT_A_TIME, MOST_WAITING)) {
    this.#cost = cost;
    this.#queue = queue;
    this.#nobody = { ...cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };
  }

  /** A PHC string with a salt of its own. @throws {WorkQueueFull} */
  async hash(password: string): Promise<string> {
    const empty = { ...this.#cost, salt: randomBytes(SALT_BYTES), hash: Buffer.alloc(HASH_BYTES) };
    return writePasswordPhc({ ...empty, hash: await this.#derive(password, empty) });
  }

  /**
   * Whether the password is the one of a stored hash. For null, the user who does not exist, and for a text that is no hash, the same
   * work is done and the answer is no.
   * @throws {WorkQueueFull}
   */
  async verify(password: string, stored: string | null): Promise<boolean> {
    const known = stored === null ? null : readPasswordPhc(stored);
    const compared = known ?? this.#nobody;
    const isEqual = timingSafeEqual(await this.#derive(password, compared), compared.hash);
    return isEqual && known !== null;
  }

  /** Whether a hash was made at another cost: then it is made anew at the next successful login. */
  needsRehash(stored: string): boolean {
    const known = readPasswordPhc(stored);
    if (known === null) return true;
    const { memoryKib, passes, parallelism } = this.#cost;
    const isSameCost = known.memoryKib === memoryKib && known.passes === passes && known.parallelism === parallelism;
    return !isSameCost || known.salt.length < SALT_BYTES || known.hash.length < HASH_BYTES;
  }

  #derive(password: string, { memoryKib, passes, parallelism, salt, hash }: PasswordPhc): Promise<Buffer> {
    // Keyboards write the same letter in several ways (NIST SP 800-63B-4, 3.1.1.2).
    const message = Buffer.from(password.normalize('NFKC'), 'utf8');
    return this.#queue.run(() => deriveHash('argon2id', { message, nonce: salt, memory: memoryKib, passes, parallelism, tagLength: hash.length }));
  }
}
