import type { JournalPosition } from './segment-files.ts';

/** Moves what the journal holds to the ledger, at its own pace. */
export interface JournalFollower {
  /** Everything before this place may be moved. */
  written(position: JournalPosition): void;
  /** Moves the rest, as far as the ledger takes it, and ends. */
  close(position: JournalPosition): Promise<void>;
  readonly status: FollowerStatus;
}

export interface FollowerStatus {
  /** Everything before it is in the ledger. */
  readonly position: JournalPosition;
  /** Bytes of segments that were removed since the start. */
  readonly removedBytes: number;
  /** Failed batches since the start. */
  readonly errors: number;
  readonly problem: string | null;
}
