import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseConfig } from '../config/database-config.ts';
import type { Journal } from '../ports/journal.ts';
import { FileJournal } from './journal/file-journal.ts';
import { nodeJournalFiles, type JournalFiles } from './journal/journal-files.ts';
import { lockJournal, type JournalLock } from './journal/journal-lock.ts';
import { readJournalOwner } from './journal/journal-owner.ts';
import { listSegments, nextSegment, segmentBytes } from './journal/segment-files.ts';
import { LedgerThread } from './ledger/ledger-thread.ts';
import { reasonOf } from './reason-of.ts';
import { StoreError } from './store-error.ts';

export interface StoreOptions {
  /** Made when it is missing. */
  readonly dataDir: string;
  /** `headgate.db` in the data directory when absent. */
  readonly database?: DatabaseConfig;
  /** How often written records are handed to the ledger. */
  readonly flushMs: number;
  readonly retentionDays: Retention;
  /** Hears a sentence for the log whenever something goes wrong, or well again. */
  readonly onProblem: (sentence: string) => void;
  /** The machine's own file system when absent. */
  readonly files?: JournalFiles;
}

/** How long things are kept. 0: for ever. */
export interface Retention {
  readonly exchanges: number;
}

export interface Store {
  readonly journal: Journal;
  setRetention(days: Retention): void;
  /** Writes what is pending, moves it to the ledger, and lets the data directory go. */
  close(): Promise<void>;
}

/**
 * Opens the journal and the ledger of a data directory. Records of earlier processes are moved to the ledger behind the start.
 * @throws {StoreError} When the directory or the database cannot be used; nothing in it was changed then.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const folder = join(options.dataDir, 'journal');
  let lock: JournalLock | null = null;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = lockJournal(folder);
    const { journal, ledger } = await openFolder(folder, options);
    const held = lock;
    return {
      journal,
      setRetention: (days) => ledger.setRetention(days.exchanges),
      close: async () => {
        await journal.close();
        held.release();
      },
    };
  } catch (error) {
    lock?.release();
    if (error instanceof StoreError) throw error;
    throw new StoreError(`The data directory ${options.dataDir} cannot be used: ${reasonOf(error)}. Headgate needs to read and write it.`);
  }
}

async function openFolder(folder: string, options: StoreOptions): Promise<{ journal: Journal; ledger: LedgerThread }> {
  const firstSegment = nextSegment(folder);
  const olderBytes = listSegments(folder).reduce((sum, segment) => sum + segmentBytes(folder, segment), 0);
  const { flushMs, onProblem, files = nodeJournalFiles, retentionDays } = options;
  const database = options.database ?? { kind: 'sqlite', path: join(options.dataDir, 'headgate.db') };
  const ledger = new LedgerThread(
    { database, folder, owner: readJournalOwner(folder), firstSegment, retentionDays: retentionDays.exchanges },
    onProblem,
  );
  await ledger.start();
  try {
    return { journal: new FileJournal({ folder, firstSegment, olderBytes, files, follower: ledger, flushMs, onProblem }), ledger };
  } catch (error) {
    await ledger.close({ segment: firstSegment, bytes: 0 });
    throw error;
  }
}
