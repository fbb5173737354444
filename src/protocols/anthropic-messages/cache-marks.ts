import type { Drops } from '../../domain/canonical/drops.ts';

/** More in one request are refused. */
const MOST_MARKS = 4;

/** Blocks behind which the client wants the prompt kept, in the order in which the API reads them. */
export class CacheMarks {
  readonly #blocks: object[] = [];

  /** Gives the block back. */
  note<const Block extends object>(block: Block, part: { readonly cacheMark?: true }): Block {
    if (part.cacheMark === true) this.#blocks.push(block);
    return block;
  }

  has(block: object): boolean {
    return this.#blocks.includes(block);
  }

  /** Marks the last four: each of them keeps everything before it. */
  apply(drops: Drops): void {
    if (this.#blocks.length > MOST_MARKS) drops.add('cache-marks');
    for (const block of this.#blocks.slice(-MOST_MARKS)) Object.assign(block, { cache_control: { type: 'ephemeral' } });
  }
}
