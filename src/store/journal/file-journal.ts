import { setTimeout as pause } from 'node:timers/promises';
import type { ExchangeRecord, OpenRecord } from '../../domain/exchange-record.ts';
import type { Journal, JournalStatus } from '../../ports/journal.ts';
import type { JournalFiles } from './journal-files.ts';
import type { JournalFollower } from './journal-follower.ts';
import { SegmentWriter } from './segment-writer.ts';
import { SettledMarks } from './settled-marks.ts';

export interface FileJournalOptions {
  readonly folder: string;
  /** Number of the first segment that this journal writes. */
  readonly firstSegment: number;
  /** Bytes of older segments that are still there. */
  readonly olderBytes: number;
  readonly files: JournalFiles;
  readonly follower: JournalFollower;
  /** How often the follower is told of new records. */
  readonly flushMs: number;
  readonly onProblem: (sentence: string) => void;
  /** Size at which the next segment is begun. */
  readonly segmentBytes?: number;
  /** Records that are kept in memory while the disk refuses them. */
  readonly queueRecords?: number;
}

/** Lines that wait for the disk. */
interface Waiting {
  text: string;
  records: number;
  settled: number;
}

const SEGMENT_BYTES = 8 * 1024 * 1024;
const QUEUE_RECORDS = 10_000;
const ROOM_BYTES = 128 * 1024;
/** UTF-8 takes three bytes at most for a unit of UTF-16. */
const MOST_BYTES_A_UNIT = 3;
const RETRY_MS = 500;
const SYNC_MS = 1000;
const TRIES_AT_CLOSE = 4;

/** The journal as a folder of files with one line of JSON per record. */
export class FileJournal implements Journal {
  readonly #options: FileJournalOptions;
  readonly #writer: SegmentWriter;
  readonly #marks = new SettledMarks();
  /** Where most batches become bytes; a buffer for each would be garbage at once. */
  readonly #room = Buffer.allocUnsafeSlow(ROOM_BYTES);
  readonly #timers: readonly NodeJS.Timeout[];
  #waiting: Waiting = nothing();
  /** The batch that the disk did not take whole; null while all is well. */
  #refused: Waiting | null = null;
  #retry: NodeJS.Timeout | undefined;
  #callbacks: (() => void)[] = [];
  #isScheduled = false;
  #isClosed = false;
  #accepted = 0;
  #written = 0;
  #lost = 0;
  #writeErrors = 0;
  #writeProblem: string | null = null;
  #syncProblem: string | null = null;
  #toldBytes = 0;

  constructor(options: FileJournalOptions) {
    this.#options = options;
    this.#writer = new SegmentWriter(options.folder, options.firstSegment, options.files, options.segmentBytes ?? SEGMENT_BYTES);
    this.#timers = [setInterval(() => this.#sync(), SYNC_MS), setInterval(() => this.#tellFollower(), options.flushMs)];
    for (const timer of this.#timers) timer.unref();
  }

  open(record: OpenRecord): void {
    // Evidence for the case of a crash only, so a full queue may go without.
    if (!this.#isFull()) this.#add(`{"open":${JSON.stringify(record)}}\n`, 0);
  }

  settle(record: ExchangeRecord, written: () => void): void {
    if (this.#isFull()) {
      this.#lost += 1;
    } else {
      this.#accepted += 1;
      this.#add(`{"settle":${JSON.stringify(record)}}\n`, 1);
    }
    this.#callbacks.push(written);
    this.#schedule();
  }

  get status(): JournalStatus {
    const follower = this.#options.follower.status;
    return {
      lag: this.#accepted - this.#marks.before(follower.position),
      bytes: this.#options.olderBytes + this.#writer.totalBytes - follower.removedBytes,
      writeErrors: this.#writeErrors,
      lost: this.#lost,
      ledgerErrors: follower.errors,
      problem: this.#writeProblem ?? this.#syncProblem ?? follower.problem,
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#flush();
    for (let tries = 1; this.#refused !== null && tries < TRIES_AT_CLOSE; tries += 1) {
      await pause(RETRY_MS);
      this.#tryAgain();
    }
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#giveUpRefused();
    try {
      await this.#writer.close();
    } catch (error) {
      this.#options.onProblem(this.#sentence('made durable', error));
    }
    this.#tellFollower();
    await this.#options.follower.close(this.#writer.position);
  }

  #isFull(): boolean {
    if (this.#isClosed) return true;
    const limit = this.#options.queueRecords ?? QUEUE_RECORDS;
    return this.#refused !== null && this.#refused.records + this.#waiting.records >= limit;
  }

  #add(line: string, settled: number): void {
    this.#waiting.text += line;
    this.#waiting.records += 1;
    this.#waiting.settled += settled;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#flush());
  }

  /** One write for everything that a turn of the event loop brought, then the callbacks in their order. */
  #flush(): void {
    this.#isScheduled = false;
    if (this.#refused === null) this.#writeWaiting();
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const written of callbacks) {
      try {
        written();
      } catch (error) {
        this.#options.onProblem(`An exchange could not be ended after its record was written: ${String(error)}.`);
      }
    }
  }

  #writeWaiting(): void {
    const batch = this.#waiting;
    if (batch.records === 0) return;
    this.#waiting = nothing();
    this.#write(batch, () => this.#writer.append(this.#bytesOf(batch.text)));
  }

  /** The bytes are good until the next batch, which is not begun before this one is written. */
  #bytesOf(text: string): Buffer {
    const room = this.#room;
    if (text.length * MOST_BYTES_A_UNIT > room.length) return Buffer.from(text);
    return room.subarray(0, room.write(text));
  }

  #tryAgain(): void {
    if (this.#refused === null) return;
    this.#write(this.#refused, () => this.#writer.resume());
    if (this.#refused === null) this.#writeWaiting();
  }

  #write(batch: Waiting, write: () => void): void {
    const wasRefused = this.#refused !== null;
    clearTimeout(this.#retry);
    try {
      write();
      this.#refused = null;
      this.#written += batch.settled;
      this.#writeProblem = null;
      if (wasRefused) this.#options.onProblem(`The journal in ${this.#options.folder} can be written again; what waited in memory is in it.`);
    } catch (error) {
      this.#refused = batch;
      this.#writeErrors += 1;
      this.#writeProblem = this.#sentence('written', error);
      this.#retry = setTimeout(() => this.#tryAgain(), RETRY_MS).unref();
      if (!wasRefused) this.#options.onProblem(this.#writeProblem);
    }
  }

  #giveUpRefused(): void {
    if (this.#refused === null) return;
    const settled = this.#refused.settled + this.#waiting.settled;
    this.#lost += settled;
    this.#accepted -= settled;
    this.#options.onProblem(`The records of ${settled} exchanges are lost: ${this.#writeProblem ?? 'the journal could not be written.'}`);
  }

  #sync(): void {
    this.#writer.sync((error) => {
      if (error === null) {
        this.#syncProblem = null;
        return;
      }
      const isNew = this.#syncProblem === null;
      this.#writeErrors += 1;
      this.#syncProblem = this.#sentence('made durable', error);
      if (isNew) this.#options.onProblem(this.#syncProblem);
    });
  }

  #tellFollower(): void {
    // While the disk refuses a batch, half a line of it may be there already.
    if (this.#refused !== null || this.#writer.totalBytes === this.#toldBytes) return;
    this.#toldBytes = this.#writer.totalBytes;
    this.#marks.add(this.#writer.position, this.#written);
    this.#options.follower.written(this.#writer.position);
  }

  #sentence(what: string, error: unknown): string {
    const reason = error instanceof Error ? error.message : String(error);
    return `The journal in ${this.#options.folder} could not be ${what} (${reason}). Its records wait in memory and are tried again.`;
  }
}

function nothing(): Waiting {
  return { text: '', records: 0, settled: 0 };
}
