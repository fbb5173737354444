import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';

/** What the journal needs of a file system. Tests bring one that fills up or breaks. */
export interface JournalFiles {
  /** Opens for appending; makes the file when it is not there. */
  open(path: string): number;
  /** Returns how many bytes were taken, which may be fewer than given. */
  write(fd: number, bytes: Uint8Array): number;
  sync(fd: number, done: (error: Error | null) => void): void;
  close(fd: number): void;
}

export const nodeJournalFiles: JournalFiles = {
  open: (path) => openSync(path, 'a', 0o600),
  write: (fd, bytes) => writeSync(fd, bytes),
  sync: (fd, done) => fdatasync(fd, done),
  close: (fd) => closeSync(fd),
};
