import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A place in the journal: everything before it is written. */
export interface JournalPosition {
  readonly segment: number;
  /** Bytes of that segment. */
  readonly bytes: number;
}

const NUMBERED = /^(\d{8})\.jsonl/;
const SEGMENT = /^\d{8}\.jsonl$/;

export function segmentPath(folder: string, segment: number): string {
  return join(folder, `${String(segment).padStart(8, '0')}.jsonl`);
}

/** Numbers of the segments in the folder, oldest first. */
export function listSegments(folder: string): number[] {
  const names = readdirSync(folder).filter((name) => SEGMENT.test(name));
  return names.map((name) => Number.parseInt(name, 10)).toSorted((a, b) => a - b);
}

/** A number that no segment has, nor a damaged one that was put aside. */
export function nextSegment(folder: string): number {
  const numbers = readdirSync(folder).map((name) => Number.parseInt(NUMBERED.exec(name)?.[1] ?? '0', 10));
  return Math.max(0, ...numbers) + 1;
}

export function segmentBytes(folder: string, segment: number): number {
  return statSync(segmentPath(folder, segment)).size;
}
