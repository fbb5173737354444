import { addressGroup } from './address-group.ts';
import { FailureCounts } from './failure-counts.ts';

/** One try that was let in. It counts as failed until `succeed` is called, so that many at once cannot slip through. */
export interface LoginAttempt {
  /** Password and second factor were right. */
  succeed(): void;
  /** It was never found out: the gateway was too busy. */
  cancel(): void;
}

export type LoginDecision = { readonly ok: true; readonly attempt: LoginAttempt } | { readonly ok: false; readonly retryAfterMs: number };

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MOST_NAMES = 20_000;
const MOST_KNOWN_ACCOUNTS = 10_000;
const MOST_KNOWN_ADDRESSES = 8;
const LONGEST_NAME = 128;
/** NIST SP 800-63B-4, 3.2.2: no more than 100 failures in a row. */
const MOST_IN_A_ROW = 100;

/** One account from one place: waits grow from the fifth failure on. */
const PAIR = { freeFailures: 5, longestWaitMs: 15 * MINUTE_MS, closeAfter: MOST_IN_A_ROW, forgetAfterMs: 7 * DAY_MS };
/** One account from everywhere but the places where its user signed in before: slower, so that strangers hardly disturb. */
const ACCOUNT = { freeFailures: 20, longestWaitMs: 5 * MINUTE_MS, closeAfter: MOST_IN_A_ROW, forgetAfterMs: 7 * DAY_MS };
/** One place, whatever account: wide, for many people may share an address. It never closes. */
const ADDRESS = { freeFailures: 50, longestWaitMs: MINUTE_MS, closeAfter: Infinity, forgetAfterMs: 60 * MINUTE_MS };

/**
 * Slows down the guessing of passwords. Names that nobody has are treated as all others. A user who signed in from a place before is kept
 * out there only by failures at that place: nobody else can lock them out of everywhere.
 */
export class LoginThrottle {
  readonly #monotonicMs: () => number;
  readonly #pairs: FailureCounts;
  readonly #accounts: FailureCounts;
  readonly #addresses: FailureCounts;
  /** Account → places where its user signed in, the latest last. */
  readonly #known = new Map<string, Set<string>>();

  constructor(monotonicMs: () => number, mostNames = MOST_NAMES) {
    this.#monotonicMs = monotonicMs;
    this.#pairs = new FailureCounts(PAIR, mostNames);
    this.#accounts = new FailureCounts(ACCOUNT, mostNames);
    this.#addresses = new FailureCounts(ADDRESS, mostNames);
  }

  /** How many names are held, of all sorts. */
  get size(): number {
    return this.#pairs.size + this.#accounts.size + this.#addresses.size + this.#known.size;
  }

  /** To be asked before the password is looked at, for every name. A refused try counts for nothing. */
  begin(userName: string, address: string): LoginDecision {
    const account = accountOf(userName);
    const place = addressGroup(address);
    const pair = `${place} ${account}`;
    const isKnown = this.#known.get(account)?.has(place) === true;
    const counted: readonly (readonly [FailureCounts, string])[] = isKnown
      ? [[this.#pairs, pair]]
      : [
          [this.#pairs, pair],
          [this.#accounts, account],
          [this.#addresses, place],
        ];
    const now = this.#monotonicMs();
    const retryAfterMs = Math.max(...counted.map(([counts, name]) => counts.waitMs(name, now)));
    if (retryAfterMs > 0) return { ok: false, retryAfterMs };
    for (const [counts, name] of counted) counts.fail(name, now);
    return {
      ok: true,
      attempt: {
        succeed: () => {
          if (!isKnown) this.#addresses.undo(place);
          this.#pairs.clear(pair);
          this.#accounts.clear(account);
          this.remember(userName, address);
        },
        cancel: () => {
          for (const [counts, name] of counted) counts.undo(name);
        },
      },
    };
  }

  /** A place where the user signed in before: after a start the stored sessions tell. */
  remember(userName: string, address: string): void {
    const account = accountOf(userName);
    const places = this.#known.get(account) ?? new Set();
    const place = addressGroup(address);
    places.delete(place);
    places.add(place);
    const [oldestPlace] = places;
    if (places.size > MOST_KNOWN_ADDRESSES && oldestPlace !== undefined) places.delete(oldestPlace);
    this.#known.delete(account);
    this.#known.set(account, places);
    const [oldestAccount] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN_ACCOUNTS && oldestAccount !== undefined) this.#known.delete(oldestAccount);
  }

  /** Forgets all failures of an account, for the operator at the machine and after a reset of the password. */
  pardon(userName: string): void {
    this.#accounts.clear(accountOf(userName));
  }
}

function accountOf(userName: string): string {
  return userName.normalize('NFKC').trim().toLowerCase().slice(0, LONGEST_NAME);
}
