import type { JournalPosition } from './segment-files.ts';

interface Mark extends JournalPosition {
  readonly settled: number;
}

const MOST_MARKS = 1000;

/** Remembers how many exchanges were settled at which places of the journal, to tell how many of them have reached the ledger. */
export class SettledMarks {
  #marks: Mark[] = [];
  #moved = 0;

  add(position: JournalPosition, settled: number): void {
    // While the ledger is away for hours, the count may become coarse but not large.
    if (this.#marks.length >= MOST_MARKS) this.#marks.pop();
    this.#marks.push({ ...position, settled });
  }

  /** How many of the settled exchanges stand before this place. */
  before(position: JournalPosition): number {
    let passed = 0;
    for (const mark of this.#marks) {
      if (mark.segment > position.segment || (mark.segment === position.segment && mark.bytes > position.bytes)) break;
      this.#moved = mark.settled;
      passed += 1;
    }
    this.#marks.splice(0, passed);
    return this.#moved;
  }
}
