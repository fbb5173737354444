import { setImmediate as nextTurn } from 'node:timers/promises';
import { databaseLabel } from '../../config/database-config.ts';
import type { JournalPosition } from '../journal/segment-files.ts';
import { reasonOf } from '../reason-of.ts';
import type { LedgerNews, LedgerOrder, LedgerThreadData } from './ledger-messages.ts';
import type { Ledger } from './ledger.ts';
import { openLedger } from './open-ledger.ts';
import { SegmentIngest } from './segment-ingest.ts';

export interface LedgerRunnerOptions extends LedgerThreadData {
  readonly tell: (news: LedgerNews) => void;
  readonly nowMs: () => number;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
const PRUNE_EVERY_MS = 3_600_000;
const PRUNED_ROWS = 500;
const DAY_MS = 86_400_000;

/** The life of the ledger's thread: opens the database, moves records whenever there are some, prunes, and tries again what failed. */
export class LedgerRunner {
  readonly #options: LedgerRunnerOptions;
  readonly #ingest: SegmentIngest;
  #ledger: Ledger | null = null;
  #target: JournalPosition;
  #retentionDays: number;
  #pruneAtMs = 0;
  #isClosing = false;
  /** An order came since the work that runs began: it may have looked before, and looks again. */
  #isOrdered = false;
  #failures = 0;
  #wake: () => void = () => {};

  constructor(options: LedgerRunnerOptions) {
    this.#options = options;
    this.#retentionDays = options.retentionDays;
    this.#target = { segment: options.firstSegment, bytes: 0 };
    this.#ingest = new SegmentIngest({
      folder: options.folder,
      firstSegment: options.firstSegment,
      onSentence: (sentence) => options.tell({ kind: 'said', sentence }),
    });
  }

  accept(order: LedgerOrder): void {
    switch (order.kind) {
      case 'written':
        this.#target = order.position;
        break;
      case 'retention':
        this.#retentionDays = order.days;
        this.#pruneAtMs = 0;
        break;
      case 'close':
        this.#target = order.position;
        this.#isClosing = true;
        break;
    }
    this.#isOrdered = true;
    this.#wake();
  }

  /** Resolves after a `close` order, when all is moved or a failure leaves the rest to the next start. */
  async run(): Promise<void> {
    for (;;) {
      let waitMs: number;
      this.#isOrdered = false;
      try {
        const hasMore = (await this.#work()) || this.#isOrdered;
        this.#succeed();
        waitMs = hasMore ? 0 : this.#pruneAtMs - this.#options.nowMs();
        if (!hasMore && this.#isClosing) break;
      } catch (error) {
        this.#fail(error);
        if (this.#isClosing) break;
        waitMs = Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LONGEST_RETRY_MS);
      }
      await (waitMs <= 0 ? nextTurn() : this.#rest(waitMs));
    }
    await this.#ledger?.close().catch(() => undefined);
  }

  /** One bounded piece of work, so that orders are heard in between. False: nothing is left to do for now. */
  async #work(): Promise<boolean> {
    const ledger = await this.#openLedger();
    if (await this.#ingest.step(ledger, this.#target)) {
      this.#tellMoved();
      return true;
    }
    if (this.#isClosing) {
      await this.#ingest.finishLast(ledger, this.#target);
      this.#tellMoved();
      return false;
    }
    return this.#options.nowMs() >= this.#pruneAtMs && (await this.#prune(ledger));
  }

  async #prune(ledger: Ledger): Promise<boolean> {
    const nowMs = this.#options.nowMs();
    const removed = this.#retentionDays > 0 ? await ledger.prune(nowMs - this.#retentionDays * DAY_MS, PRUNED_ROWS) : 0;
    if (removed === PRUNED_ROWS) return true;
    this.#pruneAtMs = nowMs + PRUNE_EVERY_MS;
    return false;
  }

  async #openLedger(): Promise<Ledger> {
    if (this.#ledger !== null && this.#ledger.isInPlace()) return this.#ledger;
    // Not awaited: a server that hangs takes no leave.
    this.#ledger?.close().catch(() => undefined);
    this.#ledger = null;
    const { database, owner, nowMs } = this.#options;
    const ledger = await openLedger(database, owner, nowMs());
    try {
      await this.#ingest.begin(ledger, nowMs());
    } catch (error) {
      ledger.close().catch(() => undefined);
      throw error;
    }
    this.#ledger = ledger;
    return ledger;
  }

  #succeed(): void {
    if (this.#failures > 0) this.#options.tell({ kind: 'recovered' });
    this.#failures = 0;
  }

  #fail(error: unknown): void {
    this.#failures += 1;
    const { database, folder } = this.#options;
    this.#options.tell({
      kind: 'failed',
      sentence: `The ledger ${databaseLabel(database)} could not be written (${reasonOf(error)}). Its records stay in ${folder} until it can.`,
    });
  }

  #tellMoved(): void {
    this.#options.tell({ kind: 'moved', position: this.#ingest.position, removedBytes: this.#ingest.removedBytes });
  }

  /** Until something is ordered, or the time is up. */
  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(ms, PRUNE_EVERY_MS));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
