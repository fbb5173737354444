import { closeSync, openSync, readSync } from 'node:fs';

/** Whole lines of a file, with their ends; empty when no whole line lies in the range. */
export type Lines = Buffer;

const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);

/** Reads whole lines from a range of a file, about `atOnce` bytes of them, or one line that is longer. */
export function readLines(path: string, from: number, to: number, atOnce: number): Lines {
  const fd = openSync(path, 'r');
  try {
    for (let size = Math.min(atOnce, to - from); size > 0; size = Math.min(size * 2, to - from)) {
      const chunk = readChunk(fd, from, size);
      const end = chunk.lastIndexOf(NEWLINE) + 1;
      if (end > 0) return chunk.subarray(0, end);
      if (chunk.length < size || size === to - from) break;
    }
    return NOTHING;
  } finally {
    closeSync(fd);
  }
}

function readChunk(fd: number, from: number, size: number): Buffer {
  const chunk = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const read = readSync(fd, chunk, filled, size - filled, from + filled);
    if (read === 0) break;
    filled += read;
  }
  return chunk.subarray(0, filled);
}

/** Calls with the range of each line, its end left out. Lines are not made into strings here: most of them live too shortly to be worth one. */
export function eachLine(lines: Lines, onLine: (start: number, end: number) => void): void {
  let start = 0;
  while (start < lines.length) {
    const end = lines.indexOf(NEWLINE, start);
    onLine(start, end);
    start = end + 1;
  }
}
