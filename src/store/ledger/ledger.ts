import type { ExchangeRecord, OpenRecord } from '../../domain/exchange-record.ts';

/** An exchange that was opened in this segment and is not settled. */
export interface OpenExchange {
  readonly segment: number;
  readonly record: OpenRecord;
}

/** The table of settled exchanges, as the ledger's thread writes it. Each method is one transaction. */
export interface Ledger {
  /** False when it has to be opened anew: what is written now would be gone, or could not be written. */
  isInPlace(): boolean;
  /**
   * Adds the records that `write` inserts; one whose id is there already changes nothing. `write` gives back the ids of those that were parked.
   * It may run before or within the transaction, and once.
   */
  settleEach(write: (insert: (record: ExchangeRecord) => void) => readonly string[]): Promise<void>;
  /** Keeps open exchanges whose segment is about to go. */
  park(exchanges: readonly OpenExchange[]): Promise<void>;
  /** Those that this journal parked, and those of journals that are long gone, as of segment 0. */
  listParked(nowMs: number): Promise<readonly OpenExchange[]>;
  /** Removes rows that started before this time, at most `limit` of them, and tells how many. */
  prune(beforeMs: number, limit: number): Promise<number>;
  close(): Promise<void>;
}
