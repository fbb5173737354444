import type { FamilyDefinition } from './family-definition.ts';

/** Label sets of one family, at most: what Prometheus and a scrape can bear. */
const MOST_LABEL_SETS = 1000;
/** Share of the room that is kept for sets whose variable labels have become `other`. */
const KEPT_FREE = 0.1;
const OTHER = 'other';
const SEPARATOR = '\0';

export interface LabelledCell {
  /** In the order of the family's labels. */
  readonly values: readonly string[];
}

/**
 * The cells of one family by their label values joined with `\0`. `find` is for the hot path; `add` is called when it found nothing.
 * A full family adds to cells whose variable labels are `other`, and at the very end to one whose labels all are.
 */
export class LabelSets<Cell extends LabelledCell> {
  readonly #cells = new Map<string, Cell>();
  readonly #isVariable: readonly boolean[];
  readonly #make: (values: readonly string[]) => Cell;
  readonly #most: number;

  /** `setsPerCell`: how many label sets of the exposition one cell stands for. */
  constructor(family: FamilyDefinition, make: (values: readonly string[]) => Cell, labels: readonly string[] = family.labels, setsPerCell = 1) {
    this.#isVariable = labels.map((label) => family.variable?.includes(label) ?? false);
    this.#make = make;
    this.#most = Math.floor(MOST_LABEL_SETS / setsPerCell);
  }

  find(joined: string): Cell | undefined {
    return this.#cells.get(joined);
  }

  add(values: readonly string[]): Cell {
    const clean = values.map(cleanValue);
    const roomy = this.#ensure(clean, Math.floor(this.#most * (1 - KEPT_FREE)));
    if (roomy !== undefined) return roomy;
    const collapsed = clean.map((value, index) => (this.#isVariable[index] === true ? OTHER : value));
    const narrow = this.#ensure(collapsed, this.#most - 1);
    return narrow ?? this.#set(clean.map(() => OTHER));
  }

  cells(): Iterable<Cell> {
    return this.#cells.values();
  }

  #ensure(values: readonly string[], most: number): Cell | undefined {
    const known = this.#cells.get(values.join(SEPARATOR));
    if (known !== undefined) return known;
    return this.#cells.size < most ? this.#set(values) : undefined;
  }

  #set(values: readonly string[]): Cell {
    const joined = values.join(SEPARATOR);
    const known = this.#cells.get(joined);
    if (known !== undefined) return known;
    const cell = this.#make(values);
    this.#cells.set(joined, cell);
    return cell;
  }
}

/** Without separators and broken surrogates: two values that differ stay two when they are written as UTF-8. */
function cleanValue(value: string): string {
  return value.replaceAll(SEPARATOR, '\ufffd').toWellFormed();
}
