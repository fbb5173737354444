/** A content block on its way to the client. */
export interface StreamBlock {
  readonly kind: 'text' | 'thinking' | 'call' | 'redacted';
  readonly index: number;
  /** Frames that wait for the blocks before this one. */
  waiting: string;
  isEnded: boolean;
}

/**
 * Blocks of a streamed message, one after the other. The protocol allows one open block, but calls of other protocols come side by side: the
 * first block is written as it comes, those behind it wait until it has ended.
 */
export class BlockQueue<Block extends StreamBlock> {
  readonly #blocks: Block[] = [];
  #count = 0;

  /** Index of the next block. */
  get nextIndex(): number {
    return this.#count;
  }

  /** The block that was opened last, while it is open. */
  get last(): Block | undefined {
    const block = this.#blocks.at(-1);
    return block === undefined || block.isEnded ? undefined : block;
  }

  /** Blocks that have not ended, in order. */
  openBlocks(): readonly Block[] {
    return this.#blocks.filter(({ isEnded }) => !isEnded);
  }

  /** Gives what can be written at once. `content`: the block as its start has it. */
  open(block: Block, content: string): string {
    this.#count += 1;
    this.#blocks.push(block);
    return this.write(
      block,
      `event: content_block_start\ndata: {"type":"content_block_start","index":${block.index},"content_block":${content}}\n\n`,
    );
  }

  write(block: Block, frames: string): string {
    if (this.#blocks[0] === block) return frames;
    block.waiting += frames;
    return '';
  }

  end(block: Block): string {
    block.isEnded = true;
    const stop = `event: content_block_stop\ndata: {"type":"content_block_stop","index":${block.index}}\n\n`;
    if (this.#blocks[0] !== block) {
      block.waiting += stop;
      return '';
    }
    this.#blocks.shift();
    return stop + this.#release();
  }

  #release(): string {
    let frames = '';
    for (let head = this.#blocks[0]; head !== undefined; head = this.#blocks[0]) {
      frames += head.waiting;
      head.waiting = '';
      if (!head.isEnded) break;
      this.#blocks.shift();
    }
    return frames;
  }
}
