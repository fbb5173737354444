import type { JournalFiles } from './journal-files.ts';
import { segmentPath, type JournalPosition } from './segment-files.ts';

/**
 * Appends batches to the newest segment and begins a new one when it is full. A batch that the disk takes only in part is
 * continued by `resume`, so that no line is ever written twice or cut.
 */
export class SegmentWriter {
  readonly #folder: string;
  readonly #files: JournalFiles;
  readonly #segmentBytes: number;
  #fd: number;
  #segment: number;
  #bytes = 0;
  #totalBytes = 0;
  #rotateAt: number;
  #rest: Uint8Array | null = null;
  #isDirty = false;
  #syncs = 0;

  constructor(folder: string, firstSegment: number, files: JournalFiles, segmentBytes: number) {
    this.#folder = folder;
    this.#files = files;
    this.#segmentBytes = segmentBytes;
    this.#segment = firstSegment;
    this.#rotateAt = segmentBytes;
    this.#fd = files.open(segmentPath(folder, firstSegment));
  }

  /** Whole batches only. To be read when nothing is left over. */
  get position(): JournalPosition {
    return { segment: this.#segment, bytes: this.#bytes };
  }

  /** Bytes written to all segments. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Throws what the file system throws; then `resume` has to succeed before the next batch. */
  append(batch: Uint8Array): void {
    this.#rest = batch;
    this.resume();
  }

  resume(): void {
    while (this.#rest !== null) {
      const taken = this.#files.write(this.#fd, this.#rest);
      this.#bytes += taken;
      this.#totalBytes += taken;
      this.#isDirty = true;
      this.#rest = taken < this.#rest.length ? this.#rest.subarray(taken) : null;
    }
    if (this.#bytes >= this.#rotateAt) this.#rotate();
  }

  /** Makes durable what was written, without waiting for it; does nothing while the last call is under way. */
  sync(done: (error: Error | null) => void): void {
    if (!this.#isDirty || this.#syncs > 0) return;
    this.#isDirty = false;
    this.#syncs += 1;
    this.#files.sync(this.#fd, (error) => {
      this.#syncs -= 1;
      if (error !== null) this.#isDirty = true;
      done(error);
    });
  }

  /** Makes everything durable and lets the file go. */
  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#files.sync(this.#fd, (error) => {
        this.#files.close(this.#fd);
        if (error === null) resolve();
        else reject(error);
      });
    });
  }

  #rotate(): void {
    let fd: number;
    try {
      fd = this.#files.open(segmentPath(this.#folder, this.#segment + 1));
    } catch {
      // The full segment still takes records; a new one is tried after an eighth more.
      this.#rotateAt = this.#bytes + this.#segmentBytes / 8;
      return;
    }
    const full = this.#fd;
    this.#files.sync(full, () => this.#files.close(full));
    this.#fd = fd;
    this.#segment += 1;
    this.#bytes = 0;
    this.#rotateAt = this.#segmentBytes;
    this.#isDirty = false;
  }
}
