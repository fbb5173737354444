import type { KeyObject } from 'node:crypto';
import { decryptBytes, encryptBytes } from './aes-gcm.ts';
import { makeDataKey, openDataKey, type SealedDataKey } from './data-key.ts';
import type { DataKeyStore } from './data-key-store.ts';
import type { MasterKey } from './master-key.ts';
import { SealError } from './seal-error.ts';
import { readSealedText, writeSealedText } from './sealed-text.ts';

/** The one place where a sealed value belongs. Moved to another row or column it does not open. */
export interface SealPurpose {
  readonly table: string;
  readonly row: string;
  readonly column: string;
}

/** The master key, and the store that keeps what is sealed with it. */
export interface MasterKeyInForce {
  readonly masterKey: MasterKey;
  readonly store: DataKeyStore;
}

/** `nowMs`: wall clock, epoch ms. The last two are for tests. */
export interface SecretSealerParts extends MasterKeyInForce {
  readonly nowMs: () => number;
  /** The master key that another process put into force since. Throws SealError where this process cannot have it. Absent: there is no other. */
  readonly renew?: () => Promise<MasterKeyInForce>;
  readonly mostSeals?: number;
  readonly sealsAtATime?: number;
}

interface DataKey {
  readonly id: string;
  readonly key: KeyObject;
  readonly createdAtMs: number;
}

/** Random nonces may serve one key 2^32 times (NIST SP 800-38D, 8.3); a tenth is kept back. */
const MOST_SEALS = Math.floor(2 ** 32 * 0.9);
/** Seals that are booked in the store at once; a crash loses at most so many of the count. */
const SEALS_AT_A_TIME = 1024;

/** Seals secrets for the database, and opens them: AES-256-GCM with data keys, which the master key seals. */
export class SecretSealer {
  readonly #parts: SecretSealerParts;
  readonly #keys = new Map<string, DataKey>();
  #inForce: MasterKeyInForce;
  #active: DataKey | null = null;
  #sealsLeft = 0;
  #booking: Promise<void> | null = null;

  private constructor(parts: SecretSealerParts) {
    this.#parts = parts;
    this.#inForce = parts;
  }

  /** A sealer that knows every stored data key. @throws {SealError} when one does not open. */
  static async load(parts: SecretSealerParts): Promise<SecretSealer> {
    const sealer = new SecretSealer(parts);
    await sealer.reload();
    return sealer;
  }

  /** Reads the data keys that another process made since. @throws {SealError} when one does not open. */
  reload(): Promise<void> {
    return this.#renewing(async ({ masterKey, store }) => {
      for (const stored of await store.list()) if (!this.#keys.has(stored.id)) this.#learn(masterKey, stored);
      // One that is newer than ours seals from now on: whoever began it wants to be rid of the older ones.
      if (this.#active?.id !== this.#newest()?.id) this.#active = null;
    });
  }

  /** `sealed:v1:<dataKeyId>:…` for this purpose only. The data key is stored before this resolves. */
  async seal(text: string, purpose: SealPurpose): Promise<string> {
    const { id, key } = await this.#takeKey();
    return writeSealedText('sealed', { keyId: id, body: encryptBytes(key, Buffer.from(text, 'utf8'), associatedOf(id, purpose)) });
  }

  /** @throws {SealError} `unknown-data-key` (after a {@link reload} it may be known) or `broken-seal`. */
  open(sealed: string, purpose: SealPurpose): string {
    const place = `${purpose.table}.${purpose.column}`;
    const read = readSealedText('sealed', sealed);
    if (read === null) throw new SealError('broken-seal', `A value of ${place} is not a sealed one; enter the secret again.`);
    const key = this.#keys.get(read.keyId);
    if (key === undefined)
      throw new SealError(
        'unknown-data-key',
        `The data key ${read.keyId}, which sealed a value of ${place}, is not stored; restore it from a backup.`,
      );
    const bytes = decryptBytes(key.key, read.body, associatedOf(key.id, purpose));
    if (bytes === null)
      throw new SealError('broken-seal', `A sealed value of ${place} was changed or belongs to another place; enter the secret again.`);
    return bytes.toString('utf8');
  }

  /** The value under the newest data key; itself when it already is. @throws {SealError} as {@link open}. */
  async reseal(sealed: string, purpose: SealPurpose): Promise<string> {
    const text = this.open(sealed, purpose);
    return readSealedText('sealed', sealed)?.keyId === this.#newest()?.id ? sealed : this.seal(text, purpose);
  }

  /** Makes a new data key, which seals from now on. Older ones go on opening what they sealed. */
  startDataKey(): Promise<void> {
    return this.#renewing(async ({ masterKey, store }) => {
      // After a step of the clock back, the new one is still the newest.
      const made = makeDataKey(masterKey, Math.max(this.#parts.nowMs(), (this.#newest()?.createdAtMs ?? 0) + 1));
      await store.insert(made);
      this.#learn(masterKey, made);
      this.#active = null;
    });
  }

  #learn(masterKey: MasterKey, stored: SealedDataKey): void {
    this.#keys.set(stored.id, { id: stored.id, key: openDataKey(masterKey, stored), createdAtMs: stored.createdAtMs });
  }

  /** Once more with the master key that is in force now, when ours is no longer. */
  async #renewing(work: (inForce: MasterKeyInForce) => Promise<void>): Promise<void> {
    try {
      await work(this.#inForce);
    } catch (error) {
      const { renew } = this.#parts;
      if (!(error instanceof SealError) || error.code !== 'wrong-master-key' || renew === undefined) throw error;
      this.#inForce = await renew();
      await work(this.#inForce);
    }
  }

  async #takeKey(): Promise<DataKey> {
    for (;;) {
      const active = this.#active;
      if (active !== null && this.#sealsLeft > 0) {
        this.#sealsLeft -= 1;
        return active;
      }
      this.#booking ??= this.#bookSeals().finally(() => {
        this.#booking = null;
      });
      await this.#booking;
    }
  }

  async #bookSeals(): Promise<void> {
    const { mostSeals = MOST_SEALS, sealsAtATime = SEALS_AT_A_TIME } = this.#parts;
    const { store } = this.#inForce;
    const newest = this.#newest();
    const isFresh = newest !== null && (await store.reserveSeals(newest.id, sealsAtATime)) <= mostSeals;
    if (!isFresh) return this.startDataKey();
    this.#active = newest;
    this.#sealsLeft = sealsAtATime;
  }

  #newest(): DataKey | null {
    let newest: DataKey | null = null;
    for (const key of this.#keys.values()) if (newest === null || key.createdAtMs > newest.createdAtMs) newest = key;
    return newest;
  }
}

function associatedOf(dataKeyId: string, { table, row, column }: SealPurpose): string {
  return JSON.stringify(['sealed', 'v1', dataKeyId, table, row, column]);
}
