/** How many things of a kind an import adds, finds, and cannot carry. */
export interface ImportCounts {
  readonly added: number;
  /** There already. */
  readonly skipped: number;
  /** In the old data, and could not be carried. */
  readonly leftOut: number;
}
