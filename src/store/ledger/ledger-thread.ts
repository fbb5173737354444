import { Worker } from 'node:worker_threads';
import { databaseLabel } from '../../config/database-config.ts';
import type { FollowerStatus, JournalFollower } from '../journal/journal-follower.ts';
import type { JournalPosition } from '../journal/segment-files.ts';
import { StoreError } from '../store-error.ts';
import type { LedgerNews, LedgerOrder, LedgerThreadData } from './ledger-messages.ts';

const RESTART_MS = 5000;
/** SQLite waits 5 s for a lock, and so long does a connection to a server; longer than two such waits nobody holds up a stop. */
const LONGEST_CLOSE_MS = 12_000;

/** The main thread's end of the ledger's thread. */
export class LedgerThread implements JournalFollower {
  readonly #data: LedgerThreadData;
  readonly #onProblem: (sentence: string) => void;
  #worker: Worker | null = null;
  #status: FollowerStatus;
  #lastOrder: LedgerOrder | null = null;
  #retentionDays: number;
  #removedBefore = 0;
  #hasStarted = false;
  #isClosing = false;

  constructor(data: LedgerThreadData, onProblem: (sentence: string) => void) {
    this.#data = data;
    this.#onProblem = onProblem;
    this.#retentionDays = data.retentionDays;
    this.#status = { position: { segment: data.firstSegment, bytes: 0 }, removedBytes: 0, errors: 0, problem: null };
  }

  get status(): FollowerStatus {
    return this.#status;
  }

  /**
   * Resolves when the database was found to be sound; opening and replaying go on behind that.
   * @throws {StoreError} When it is damaged, or of a newer Headgate.
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#spawn(resolve, (sentence) => reject(new StoreError(sentence)));
    });
  }

  setRetention(days: number): void {
    this.#retentionDays = days;
    this.#order({ kind: 'retention', days });
  }

  written(position: JournalPosition): void {
    this.#lastOrder = { kind: 'written', position };
    this.#order(this.#lastOrder);
  }

  async close(position: JournalPosition): Promise<void> {
    this.#isClosing = true;
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.ref();
    this.#order({ kind: 'close', position });
    const timer = setTimeout(() => {
      this.#onProblem(
        `The ledger did not end within ${LONGEST_CLOSE_MS / 1000} s. What it had not taken yet stays in ${this.#data.folder} for the next start.`,
      );
      void worker.terminate();
    }, LONGEST_CLOSE_MS);
    await ended;
    clearTimeout(timer);
  }

  #order(order: LedgerOrder): void {
    this.#worker?.postMessage(order);
  }

  #spawn(onReady: () => void, onRefused: (sentence: string) => void): void {
    const data: LedgerThreadData = { ...this.#data, retentionDays: this.#retentionDays };
    const worker = new Worker(new URL('./ledger-worker.ts', import.meta.url), { workerData: data, name: 'ledger' });
    let isReady = false;
    this.#worker = worker;
    worker.on('message', (news: LedgerNews) => {
      if (news.kind === 'refused') {
        onRefused(news.sentence);
      } else if (news.kind === 'ready') {
        isReady = true;
        this.#hasStarted = true;
        // The gateway's server keeps the process alive from here on; the ledger alone shall not.
        worker.unref();
        onReady();
      } else {
        this.#hear(news);
      }
    });
    worker.on('error', (error) => this.#fail(`The ledger's thread ended: ${error instanceof Error ? error.message : String(error)}.`));
    worker.on('exit', (code) => {
      this.#worker = null;
      if (!isReady) onRefused(`The ledger's thread ended with code ${code} before it was ready.`);
      if (this.#hasStarted && !this.#isClosing) this.#spawnLater();
    });
  }

  /** It starts over with the segments that are there; rows that it wrote before are not written twice. */
  #spawnLater(): void {
    this.#removedBefore = this.#status.removedBytes;
    const again = (): void => {
      if (this.#isClosing) return;
      const goOn = (): void => {
        this.#status = { ...this.#status, problem: null };
        if (this.#lastOrder !== null) this.#order(this.#lastOrder);
      };
      this.#spawn(goOn, (sentence) => this.#fail(sentence));
    };
    setTimeout(again, RESTART_MS).unref();
  }

  #hear(news: Exclude<LedgerNews, { kind: 'ready' | 'refused' }>): void {
    switch (news.kind) {
      case 'moved':
        this.#status = { ...this.#status, position: news.position, removedBytes: this.#removedBefore + news.removedBytes };
        break;
      case 'failed':
        this.#fail(news.sentence);
        break;
      case 'recovered':
        this.#status = { ...this.#status, problem: null };
        this.#onProblem(`The ledger ${databaseLabel(this.#data.database)} can be written again; nothing is missing in it.`);
        break;
      case 'said':
        this.#onProblem(news.sentence);
        break;
    }
  }

  #fail(sentence: string): void {
    if (this.#status.problem !== sentence) this.#onProblem(sentence);
    this.#status = { ...this.#status, errors: this.#status.errors + 1, problem: sentence };
  }
}
