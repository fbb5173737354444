import type { SealedDataKey } from './data-key.ts';

/** Where data keys are kept: what a {@link SecretSealer} needs of the database. */
export interface DataKeyStore {
  list(): Promise<readonly SealedDataKey[]>;
  /**
   * Keeps a new data key, durably before it resolves. Has to fail when the stored key check is of another master key by then:
   * a rotation came in between, and nobody could open this one later.
   */
  insert(dataKey: SealedDataKey): Promise<void>;
  /** Adds to the number of seals that a data key may have made, in one atomic step, and gives the number after it. */
  reserveSeals(dataKeyId: string, seals: number): Promise<number>;
}
