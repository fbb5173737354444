import type { PasswordHasher } from '../../security/passwords/password-hasher.ts';
import { WorkQueueFull } from '../../security/passwords/work-queue.ts';
import type { LoginAttempt, LoginThrottle } from '../../security/sign-in/login-throttle.ts';
import { OperationError } from '../operation-error.ts';

const BUSY_SECONDS = 5;

/** Passwords are looked at only through here: slowed down, and a bounded number at a time. */
export class PasswordGate {
  readonly #throttle: LoginThrottle;
  readonly #hasher: PasswordHasher;

  constructor(throttle: LoginThrottle, hasher: PasswordHasher) {
    this.#throttle = throttle;
    this.#hasher = hasher;
  }

  /**
   * Runs one try. It counts as failed until `check` calls `succeed`; what breaks in between, and is no refusal, does not count.
   * @throws {OperationError} `too_many_requests`; `unavailable` when too many are being checked.
   */
  async tryOnce<Result>(userName: string, address: string, check: (attempt: LoginAttempt) => Promise<Result>): Promise<Result> {
    const decision = this.#throttle.begin(userName, address);
    if (!decision.ok) {
      const retryAfterSeconds = Math.ceil(decision.retryAfterMs / 1000);
      throw new OperationError('too_many_requests', `Too many failed attempts; try again in ${retryAfterSeconds} seconds.`, { retryAfterSeconds });
    }
    try {
      return await check(decision.attempt);
    } catch (error) {
      const isRefusal = error instanceof OperationError && error.code !== 'unavailable';
      if (!isRefusal) decision.attempt.cancel();
      throw error;
    }
  }

  /** The same work for null, the user who does not exist. @throws {OperationError} `unavailable`. */
  verify(password: string, stored: string | null): Promise<boolean> {
    return unlessBusy(this.#hasher.verify(password, stored));
  }

  /** @throws {OperationError} `unavailable`. */
  hash(password: string): Promise<string> {
    return unlessBusy(this.#hasher.hash(password));
  }

  needsRehash(stored: string): boolean {
    return this.#hasher.needsRehash(stored);
  }

  /** After a reset of the password: failures with the old one are forgotten. */
  pardon(userName: string): void {
    this.#throttle.pardon(userName);
  }
}

async function unlessBusy<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof WorkQueueFull) throw new OperationError('unavailable', error.message, { retryAfterSeconds: BUSY_SECONDS });
    throw error;
  }
}
