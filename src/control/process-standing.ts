import type { JournalStatus } from '../ports/journal.ts';

/** What the process tells of itself. */
export interface ProcessStanding {
  readonly version: string;
  /** Epoch ms. */
  readonly startedAtMs: number;
  /** Why the last change of the configuration was not taken; null: it was. */
  readonly configProblem: () => string | null;
  readonly journal: () => JournalStatus;
  /** Requests that wait for a key. */
  readonly waiting: () => number;
}
