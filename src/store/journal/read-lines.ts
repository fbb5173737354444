import { closeSync, openSync, readSync } from 'node:fs';

export interface Lines {
  /** Whole lines without their ends. */
  readonly lines: readonly string[];
  /** Bytes that they take, ends included; 0 when no whole line lies in the range. */
  readonly bytes: number;
}

const NEWLINE = 10;

/** Reads whole lines from a range of a file, about `atOnce` bytes of them, or one line that is longer. */
export function readLines(path: string, from: number, to: number, atOnce: number): Lines {
  const fd = openSync(path, 'r');
  try {
    for (let size = Math.min(atOnce, to - from); size > 0; size = Math.min(size * 2, to - from)) {
      const chunk = readChunk(fd, from, size);
      const end = chunk.lastIndexOf(NEWLINE) + 1;
      if (end > 0) return { lines: chunk.toString('utf8', 0, end - 1).split('\n'), bytes: end };
      if (chunk.length < size || size === to - from) break;
    }
    return { lines: [], bytes: 0 };
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
