import type { ExchangeRecord, OpenRecord } from '../domain/exchange-record.ts';

/**
 * The append-only file that survives kill -9. `open` leaves evidence before the first upstream call; `settle` calls back once the record is
 * written (so that the last byte of the answer may go), in the order of the calls, several records to one write.
 * A full disk does not fail an exchange: the record is kept in memory, retried, and counted.
 */
export interface Journal {
  open(record: OpenRecord): void;
  settle(record: ExchangeRecord, written: () => void): void;
  /** Writes what is pending and makes it durable. */
  close(): Promise<void>;
  readonly status: JournalStatus;
}

export interface JournalStatus {
  /** Records accepted and not yet in the ledger. */
  readonly lag: number;
  /** Bytes of segments on disk. */
  readonly bytes: number;
  /** Failed writes of the journal since the start. */
  readonly writeErrors: number;
  /** Records given up since the start, because the disk stayed full until the queue in memory was full too. */
  readonly lost?: number;
  /** Failed batches of the ledger since the start. */
  readonly ledgerErrors: number;
  /** The last error in a sentence, null when all is well. */
  readonly problem: string | null;
}
