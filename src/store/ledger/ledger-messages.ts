import type { DatabaseConfig } from '../../config/database-config.ts';
import type { JournalOwner } from '../journal/journal-owner.ts';
import type { JournalPosition } from '../journal/segment-files.ts';

/** What the ledger's thread is started with. */
export interface LedgerThreadData {
  readonly database: DatabaseConfig;
  readonly folder: string;
  readonly owner: JournalOwner;
  readonly firstSegment: number;
  readonly retentionDays: number;
}

/** From the main thread to the ledger's. */
export type LedgerOrder =
  | { readonly kind: 'written'; readonly position: JournalPosition }
  | { readonly kind: 'retention'; readonly days: number }
  | { readonly kind: 'close'; readonly position: JournalPosition };

/** From the ledger's thread to the main one. */
export type LedgerNews =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly sentence: string }
  | { readonly kind: 'moved'; readonly position: JournalPosition; readonly removedBytes: number }
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'recovered' }
  | { readonly kind: 'said'; readonly sentence: string };
